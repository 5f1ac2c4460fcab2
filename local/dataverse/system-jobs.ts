import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

const READY = 0;
const IN_PROGRESS = 20;
/** `statuscode` in which the job of an endpoint check ends. */
const END = { succeeds: 30, fails: 31, waits: 10 };

/** The action only starts a system job: what came of it is read there. */
export function startEndpointCheck({ rows, switches, newId }: Store): void {
  if (switches.endpointCheck === 'hasNoJob') return;
  const asyncoperationid = newId();
  // Later jobs sort behind earlier ones even within one millisecond.
  const createdon = new Date(Date.now() + rows.asyncoperations.size * 1_000).toISOString();
  rows.asyncoperations.set(asyncoperationid, {
    asyncoperationid,
    name: 'TriggerServiceEndpointCheck',
    messagename: 'TriggerServiceEndpointCheck',
    operationtype: 1,
    statuscode: READY,
    createdon,
  });
}

/** One stage for each look. */
export function advanceJobs({ rows, switches }: Store): void {
  if (switches.endpointCheck === 'hidesJob')
    throw new Refusal(403, '0x80040220', 'Principal user is missing prvReadAsyncOperation privilege');
  for (const [id, job] of rows.asyncoperations) {
    if (job.statuscode === READY) rows.asyncoperations.set(id, { ...job, statuscode: IN_PROGRESS });
    if (job.statuscode !== IN_PROGRESS) continue;
    const { endpointCheck } = switches;
    if (endpointCheck !== 'succeeds' && endpointCheck !== 'fails' && endpointCheck !== 'waits') continue;
    const keys = [...rows.serviceendpoints.values()].map(({ saskey }) => saskey);
    rows.asyncoperations.set(id, {
      ...job,
      statuscode: END[endpointCheck],
      ...(endpointCheck !== 'succeeds' && {
        message: `The token is not valid for the key ${keys.join()}.`,
      }),
    });
  }
}
