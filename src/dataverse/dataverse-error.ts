import { isObject, parseJson } from '../json.ts';

/** The registration cannot go on. The message is for an operator: what is wrong, and what to do. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}

/** Dataverse answered a request with an error. The message is for an operator, and holds no secret. */
export class WebApiError extends Error {
  override readonly name = 'WebApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const ROLE =
  'a user (or application user) of the environment with the role System Customizer or System Administrator';

const ADVICE: Readonly<Record<number, string>> = {
  401: `The environment refused the token: check --org, and that your Azure login is of its tenant. It needs to be ${ROLE}.`,
  403: `The login needs to be ${ROLE}.`,
  429: 'Dataverse limits the number of requests: try again in five minutes.',
};

const MAX_SAID = 600;

/** `{"error":{"code","message"}}`, or nothing that can be read: a 401 has no body. */
function saidBy(text: string): string {
  const json = parseJson(text);
  const error = isObject(json) && isObject(json.error) ? json.error : {};
  return `${error.code ?? ''} ${error.message ?? ''}`.trim();
}

/** `request` is method and path; `secrets` are what an answer may quote and nobody may see. */
export function refusedBy(
  request: string,
  status: number,
  text: string,
  secrets: readonly unknown[],
): WebApiError {
  const said = secrets
    .reduce<string>(
      (safe, secret) => (typeof secret === 'string' && secret !== '' ? safe.replaceAll(secret, '***') : safe),
      saidBy(text),
    )
    .slice(0, MAX_SAID);
  const message = [`${request}: HTTP ${status}`, said].filter(Boolean).join(' ');
  const advice = ADVICE[status];
  return new WebApiError(status, advice ? `${message}\n${advice}` : message);
}
