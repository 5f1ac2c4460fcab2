/** Outside the process: everything that a piece of work can fail of without being wrong itself. */
export type Service = 'cor' | 'storage' | 'serviceBus' | 'dataverse';

/**
 * What kind of failure a piece of work met.
 * - `transient`: no answer, a time-out, an answer that says "not now": the same work may succeed later.
 * - `auth`: the service refuses the credentials or the rights: a human has to mend them.
 * - `paused`: nothing was asked, because the service is known to be away.
 * - `unmapped`: COR does not know the user or a workspace under its external id.
 * - `validation`: COR found the request itself wrong.
 * - `alreadyAttached` / `notAttached` / `duplicate`: the wanted state is partly there already.
 * - `didNotApply`: COR answered 200 and showed something else than it was told.
 * - `rejected`: any other refusal that will not go away by itself.
 */
export type FailureClass =
  | 'transient'
  | 'auth'
  | 'paused'
  | 'unmapped'
  | 'validation'
  | 'alreadyAttached'
  | 'notAttached'
  | 'duplicate'
  | 'didNotApply'
  | 'rejected';

/**
 * `oneCall`: nobody would fare better. `threeCalls`: three in a row, whoever makes them. `twoUsers`,
 * `threeUsers`: so many different users within a short time, because one alone may be the reason itself.
 */
export type OpensAfter = 'oneCall' | 'threeCalls' | 'twoUsers' | 'threeUsers';

/** Why work could not be done now, or at all, and which service said so. */
export interface Failure {
  readonly service: Service;
  readonly class: FailureClass;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /**
   * The service's own code or name for it (`ZC001`, `AuthorizationFailure`), or the network's
   * (`ECONNREFUSED`, `DEADLINE`). Safe to log.
   */
  readonly code?: string;
  /** A sentence for an operator: no token, no e-mail address. For dead letters, not for logs. */
  readonly description: string;
  /** How long the service asked to be left alone, milliseconds from now. */
  readonly retryAfterMs?: number;
  /**
   * How widely it has to be met before no more calls are made at all. Absent: it says nothing about other
   * calls.
   */
  readonly opensAfter?: OpensAfter;
}

/** Codes that say that nothing was asked: no connection was made, or no call. */
const NOTHING_ASKED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'BUDGET_SPENT',
];

/**
 * Did a call to COR end without an answer of COR's, so that it may still be carried out? A gateway that gives
 * up waiting (502, 504) says as little as a broken connection.
 */
export function isUnanswered({ service, class: kind, status, code = '' }: Failure): boolean {
  if (service !== 'cor' || kind !== 'transient') return false;
  return status === undefined ? !NOTHING_ASKED.includes(code) : status === 502 || status === 504;
}

/** Failures that are nobody's fault and pass: the same work may succeed later. */
export function isUnavailable({ class: kind }: Failure): boolean {
  return kind === 'transient' || kind === 'auth' || kind === 'paused';
}
