import type { Failure } from '../failure.ts';
import { redact, type Secrets } from '../http/redact.ts';
import { isObject, parseJson } from '../json.ts';

export interface DataverseFailure extends Failure {
  readonly service: 'dataverse';
}

/**
 * Dataverse could not be asked, or answered with an error. The message is the failure's description: for an
 * operator, without secrets.
 */
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

/** Our own name for a row that is not there: Dataverse's code for it may be empty. */
export const NO_SUCH_ROW = 'NO_SUCH_ROW';

function isMissingRow(status: number, code: string | undefined, message: string): boolean {
  return status === 404 && (code === '0x80040217' || (!code && /does not exist/i.test(message)));
}

/** `{"error":{"code","message"}}`, or nothing that can be read: a 401 has no body. */
function errorIn(text: string): { readonly code: string | undefined; readonly message: string } {
  const json = parseJson(text);
  const error = isObject(json) && isObject(json.error) ? json.error : {};
  return {
    code: typeof error.code === 'string' && /^[\w.-]{1,64}$/.test(error.code) ? error.code : undefined,
    message: typeof error.message === 'string' ? error.message : '',
  };
}

/**
 * Told apart by code first: each wants something else done (Dataverse's own codes; the code of a 404 may be
 * empty).
 */
function adviceByCode(code: string | undefined, { urlSetting, role }: Operator): string | undefined {
  switch (code) {
    case NO_SUCH_ROW:
      return 'The row was deleted, or never was.';
    case '0x80072560':
      return `The login is no user of this environment: make it ${role}, or check ${urlSetting}.`;
    case '0x80040225':
      return 'The user is disabled in this environment: enable it in the Power Platform admin center.';
    case '0x80040220':
      return 'A privilege is missing: add the one that is named to a security role of the user, at organization level.';
    case '0x80048306':
      return "The row is there and may not be read: the role's privilege has to reach the whole organization.";
    case '0x80095ffc':
      return 'The environment bars this application: an administrator has to let it in.';
    default:
      return undefined;
  }
}

function adviceByStatus(status: number, { urlSetting, role }: Operator): string | undefined {
  switch (status) {
    case 401:
      return `The environment refused the token: check ${urlSetting}, and that the Azure login is of its tenant. It needs to be ${role}.`;
    case 403:
      return `The login needs to be ${role}. In administration mode the environment lets in administrators only, until that is switched off.`;
    case 404:
      return `Nothing stands there: check ${urlSetting}.`;
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

/**
 * What an answer outside 2xx stands for. `request` is method and path; `secrets` are what an answer may quote
 * and nobody may see.
 */
export function refusedBy(
  request: string,
  { status, text, retryAfterMs }: { status: number; text: string; retryAfterMs: number | undefined },
  operator: Operator,
  secrets: Secrets,
): DataverseError {
  const { code: given, message } = errorIn(text);
  const code = isMissingRow(status, given, message) ? NO_SUCH_ROW : given;
  const said = redact(message, secrets).slice(0, MAX_SAID);
  const what = [`${request}: HTTP ${status}`, given, said].filter(Boolean).join(' ');
  const todo = adviceByCode(code, operator) ?? adviceByStatus(status, operator);
  return new DataverseError({
    class: classOf(status),
    status,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    description: todo ? `${what}\n${todo}` : what,
  });
}
