import { setTimeout as pause } from 'node:timers/promises';
import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import type { Row, WebApi } from '../../src/dataverse/web-api.ts';

/**
 * Whether Dataverse reaches the queue. The action only starts a system job, which may post a message of its
 * own (the connector skips it); `unknown` when no job shows up or ends in time.
 */
export type EndpointCheck =
  | { readonly outcome: 'reached' }
  | { readonly outcome: 'failed'; readonly problem: string }
  | { readonly outcome: 'unknown' };

const ACTION = 'TriggerServiceEndpointCheck';
/** The first pause; the next ones double up to sixteen times it: 36 s in all. */
const POLL_MS = 250;
const MAX_POLLS = 13;
const MAX_PROBLEM = 600;

/**
 * `statuscode` of a system job (Dataverse docs, table reference AsyncOperation). Waiting is what a post that
 * failed for now is set to.
 */
const STATUS = { waiting: 10, succeeded: 30, failed: 31, canceled: 32 };

interface Look {
  readonly job: Row | undefined;
}

/**
 * The last job that such a check started, by whomever: its own id is not given back. No look when this login
 * may not read system jobs, or Dataverse does not take the query: then the check is worth less, but the
 * registration goes on.
 */
async function lookAtLastJob(api: WebApi): Promise<Look | undefined> {
  try {
    const [job] = await api.list(
      `asyncoperations?$select=asyncoperationid,statuscode,message,friendlymessage&$filter=messagename eq '${ACTION}'&$orderby=createdon desc&$top=1`,
    );
    return { job };
  } catch (error) {
    if (error instanceof DataverseError) return undefined;
    throw error;
  }
}

function resultOf({ statuscode, message, friendlymessage }: Row): EndpointCheck | undefined {
  switch (statuscode) {
    case STATUS.succeeded:
      return { outcome: 'reached' };
    case STATUS.waiting:
    case STATUS.failed:
    case STATUS.canceled:
      return { outcome: 'failed', problem: String(friendlymessage || message || 'no reason is given') };
    default:
      return undefined;
  }
}

async function awaitJob(api: WebApi, before: Look, pollMs: number): Promise<EndpointCheck> {
  for (let polls = 0; polls < MAX_POLLS; polls += 1) {
    const { job } = (await lookAtLastJob(api)) ?? before;
    const isNew = job?.asyncoperationid !== before.job?.asyncoperationid;
    const result = job && isNew ? resultOf(job) : undefined;
    if (result) return result;
    await pause(pollMs * Math.min(2 ** polls, 16));
  }
  return { outcome: 'unknown' };
}

/** `false` when it was not sent, in a dry run; a text says why Dataverse refused to try. */
async function trigger(api: WebApi, id: string): Promise<boolean | string> {
  try {
    return await api.act(`serviceendpoints(${id})/Microsoft.Dynamics.CRM.${ACTION}`);
  } catch (error) {
    if (error instanceof DataverseError && error.status === 400) return error.message;
    throw error;
  }
}

/**
 * Lets Dataverse try the service endpoint with this id. `secret` is kept out of what the job says. Throws
 * `DataverseError` or `RegistrationError`.
 */
export async function checkEndpoint(
  api: WebApi,
  id: string,
  { secret, pollMs = POLL_MS }: { readonly secret: string | undefined; readonly pollMs?: number | undefined },
): Promise<EndpointCheck> {
  const before = await lookAtLastJob(api);
  const triggered = await trigger(api, id);
  if (typeof triggered === 'string') return { outcome: 'failed', problem: triggered };
  if (!triggered || !before) return { outcome: 'unknown' };
  const result = await awaitJob(api, before, pollMs);
  if (result.outcome !== 'failed') return result;
  const problem = secret ? result.problem.replaceAll(secret, '***') : result.problem;
  return { outcome: 'failed', problem: problem.slice(0, MAX_PROBLEM) };
}
