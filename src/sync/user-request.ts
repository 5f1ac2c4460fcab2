import type { CallContext } from '../cor/cor-client.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { Failure } from '../failure.ts';
import type { SequencedChange } from '../ledger/verdict.ts';
import type { SequenceNumber } from '../sequence-number.ts';
import type { MessageTrace } from '../telemetry/telemetry.ts';

/** What one message asks for one user. */
export interface UserRequest {
  /** Changes of this one user only. */
  readonly changes: readonly AssignmentChange[];
  /** Sequence number under which the message first entered the queue. */
  readonly sequence: SequenceNumber;
  /** When that was, UTC epoch ms. */
  readonly enqueuedAt?: number | undefined;
  /** Id of the system job that posted the message. */
  readonly operation?: string | undefined;
  /**
   * The message was handled before (delivery count over 1, a retry copy, a replay): an earlier try may have
   * left COR half done.
   */
  readonly redelivered: boolean;
  /** Tell COR the user's whole wanted state, whatever is known of what it holds. */
  readonly reassert?: boolean | undefined;
  /** Look first at what COR holds, and log what it holds otherwise than it was told. */
  readonly look?: boolean | undefined;
  /** Forget the versions that were recorded before this time (UTC epoch ms). */
  readonly forgottenAt?: number | undefined;
  readonly correlationId?: string;
  readonly trace?: MessageTrace;
}

/**
 * What became of a request that COR did not refuse. `doubtful`: whether a part of it still holds only the row
 * itself can tell. `versionWentBack`: it is of an environment that was restored from a backup, and nothing of
 * it was applied.
 */
export type RequestEnding = 'applied' | 'unchanged' | 'doubtful' | 'versionWentBack';

export type SyncResult =
  | { readonly kind: RequestEnding; readonly coalesced: number; readonly corCalls: number }
  | {
      readonly kind: 'unavailable' | 'refused';
      readonly failure: Failure;
      readonly coalesced: number;
      readonly corCalls: number;
    };

export function changesOf(requests: readonly UserRequest[]): SequencedChange[] {
  return requests.flatMap(({ changes, sequence, enqueuedAt, operation }) =>
    changes.map((change) => ({ change, sequence, enqueuedAt, operation })),
  );
}

/** The workspaces that requests speak of, wanted or no longer wanted. */
export function workspacesOf(requests: readonly UserRequest[]): Set<string> {
  const named = requests.flatMap(({ changes }) => changes.flatMap(({ workspace }) => workspace ?? []));
  return new Set(named);
}

/**
 * What COR and the traces are told of the messages that a call is made for. The correlation id is that of the
 * first.
 */
export function callContextOf(requests: readonly UserRequest[]): CallContext {
  const correlationId = requests[0]?.correlationId;
  const traces = requests.flatMap(({ trace }) => trace ?? []);
  return { ...(correlationId !== undefined && { correlationId }), traces };
}
