import type { MessageTrace } from '../telemetry/telemetry.ts';

/** One element of an attach call. `percentage` is sent as given (0–100, at most two decimals). */
export interface WorkspaceShare {
  readonly workspaceId: string;
  readonly percentage: number;
}

/**
 * What kind of failure a COR call met, from status and body code together (COR documents no status for any code).
 * - `transient`: network, time-out, 408, 425, 429, 5xx without a domain code: the same call may succeed later.
 * - `auth`: 401 after a fresh token, 403, or a refused token request: a human has to mend the credentials.
 * - `unmapped`: COR does not know the user or a workspace under its external id.
 * - `validation`: COR found the request itself wrong.
 * - `alreadyAttached` / `notAttached` / `duplicate`: the wanted state is partly there already.
 * - `rejected`: any other refusal that will not go away by itself.
 */
export type CorFailureClass =
  | 'transient'
  | 'auth'
  | 'unmapped'
  | 'validation'
  | 'alreadyAttached'
  | 'notAttached'
  | 'duplicate'
  | 'rejected';

export interface CorFailure {
  readonly class: CorFailureClass;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Code or name found in the body (`ZC001`, `ValidationError`, …), or the network error's code (`ECONNREFUSED`, `DEADLINE`). Safe to log. */
  readonly code?: string;
  /** A sentence for an operator: redacted, at most 300 characters, no token, no e-mail address. For dead letters, not for logs. */
  readonly description: string;
  /** How long COR asked to be left alone, milliseconds from now (`Retry-After`, both forms). */
  readonly retryAfterMs?: number;
}

/** What a 2xx reply said. */
export interface CorReply {
  readonly ok: true;
  readonly status: number;
  /** COR's own request id header where it sends one. */
  readonly requestId?: string;
  /**
   * Percentage by workspace, keyed by `json_integrations.origin_external_id` (GUIDs in lower case): all that COR says the user
   * now has. `undefined` when the reply holds no readable list of workspaces: nothing is proven then.
   */
  readonly workspaces: ReadonlyMap<string, number> | undefined;
  /** Failures reported inside a 2xx body (`errors[]`, `partial_success`). */
  readonly problems: readonly CorFailure[];
}

export interface CorRefusal {
  readonly ok: false;
  readonly failure: CorFailure;
  readonly requestId?: string;
}

export type CorAnswer = CorReply | CorRefusal;

export interface CallContext {
  /** Dataverse's CorrelationId, sent as `X-Correlation-ID`. */
  readonly correlationId?: string;
  /** Of the messages that the call is made for. */
  readonly traces?: readonly MessageTrace[];
}

/** The part of COR's Integrations API that the connector uses. Calls resolve, with `ok: false` for every failure; they never reject. */
export interface CorClient {
  attach(userId: string, workspaces: readonly WorkspaceShare[], context?: CallContext): Promise<CorAnswer>;
  detach(userId: string, workspaceIds: readonly string[], context?: CallContext): Promise<CorAnswer>;
  createWorkspace(workspace: { id: string; name: string }, context?: CallContext): Promise<CorAnswer>;
  /** Gets a token (the cached one where there is one): `undefined` when that works. */
  checkCredentials(): Promise<CorFailure | undefined>;
  close(): Promise<void>;
}
