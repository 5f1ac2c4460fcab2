import type { Failure, FailureClass } from '../failure.ts';
import type { MessageTrace } from '../telemetry/telemetry.ts';

/** One element of an attach call. `percentage` is sent as given (0–100, at most two decimals). */
export interface WorkspaceShare {
  readonly workspaceId: string;
  readonly percentage: number;
}

/** COR documents no status for any of its codes: status and code of the body decide together. */
export type CorFailureClass = Exclude<FailureClass, 'didNotApply' | 'paused'>;

/** What a call met. The description is redacted and at most 300 characters long. */
export interface CorFailure extends Failure {
  readonly service: 'cor';
  readonly class: CorFailureClass;
}

/** What a 2xx reply said. */
export interface CorReply {
  readonly ok: true;
  readonly status: number;
  /** COR's own request id header where it sends one. */
  readonly requestId?: string;
  /**
   * Percentage by workspace, keyed by `json_integrations.origin_external_id` (GUIDs in lower case): all that
   * COR says the user now has; `NaN` where it contradicts itself. `undefined` when the reply holds no
   * readable list of workspaces: nothing is proven then.
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

/**
 * The part of COR's Integrations API that the connector uses. Calls resolve, with `ok: false` for every
 * failure; they never reject.
 */
export interface CorClient {
  attach(userId: string, workspaces: readonly WorkspaceShare[], context?: CallContext): Promise<CorAnswer>;
  detach(userId: string, workspaceIds: readonly string[], context?: CallContext): Promise<CorAnswer>;
  createWorkspace(workspace: { id: string; name: string }, context?: CallContext): Promise<CorAnswer>;
  /** Gets a token (the cached one where there is one): `undefined` when that works. */
  checkCredentials(): Promise<CorFailure | undefined>;
  close(): Promise<void>;
}
