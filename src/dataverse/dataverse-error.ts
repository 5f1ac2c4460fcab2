import type { Failure } from '../failure.ts';
import { redact, type Secrets } from '../http/redact.ts';
import { isObject, parseJson } from '../json.ts';

export interface DataverseFailure extends Failure {
  readonly service: 'dataverse';
}

/** Dataverse could not be asked, or answered with an error. The message is the failure's description: for an operator, without secrets. */
export class DataverseError extends Error {
  override readonly name = 'DataverseError';
  readonly failure: DataverseFailure;

  constructor(failure: Omit<DataverseFailure, 'service'>, cause?: unknown) {
    super(failure.description, { cause });
    this.failure = { service: 'dataverse', ...failure };
  }

  /** HTTP status; `undefined` when no answer came. */
  get status(): number | undefined {
    return this.failure.status;
  }
}

/** What an operator knows the environment and the login by. */
export interface Operator {
  /** The setting or option that holds the environment's URL: `DATAVERSE_URL`, `--org`. */
  readonly urlSetting: string;
  /** Who the login has to be: "a user … with the role …". */
  readonly role: string;
}

const MAX_SAID = 600;

/** `{"error":{"code","message"}}`, or nothing that can be read: a 401 has no body. */
function errorIn(text: string): { readonly code: string | undefined; readonly message: string } {
  const json = parseJson(text);
  const error = isObject(json) && isObject(json.error) ? json.error : {};
  return {
    code: typeof error.code === 'string' && /^[\w.-]{1,64}$/.test(error.code) ? error.code : undefined,
    message: typeof error.message === 'string' ? error.message : '',
  };
}

function advice(status: number, { urlSetting, role }: Operator): string | undefined {
  switch (status) {
    case 401:
      return `The environment refused the token: check ${urlSetting}, and that the Azure login is of its tenant. It needs to be ${role}.`;
    case 403:
      return `The login needs to be ${role}.`;
    case 429:
      return 'Dataverse limits the number of requests: try again in five minutes.';
    default:
      return undefined;
  }
}

function classOf(status: number): 'auth' | 'transient' | 'rejected' {
  if (status === 401 || status === 403) return 'auth';
  return status >= 500 || status === 408 || status === 429 ? 'transient' : 'rejected';
}

/** What an answer outside 2xx stands for. `request` is method and path; `secrets` are what an answer may quote and nobody may see. */
export function refusedBy(
  request: string,
  { status, text, retryAfterMs }: { status: number; text: string; retryAfterMs: number | undefined },
  operator: Operator,
  secrets: Secrets,
): DataverseError {
  const { code, message } = errorIn(text);
  const said = redact(message, secrets).slice(0, MAX_SAID);
  const what = [`${request}: HTTP ${status}`, code, said].filter(Boolean).join(' ');
  const todo = advice(status, operator);
  return new DataverseError({
    class: classOf(status),
    status,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    description: todo ? `${what}\n${todo}` : what,
  });
}
