import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { Failure } from '../failure.ts';
import type { MessageTrace } from '../telemetry/telemetry.ts';

/** What one message asks for one user. */
export interface SyncItem {
  /** Changes of this one user only. */
  readonly changes: readonly AssignmentChange[];
  /** Sequence number under which the message first entered the queue. */
  readonly sequence: number;
  /** When that was, UTC epoch ms. */
  readonly enqueuedAt?: number | undefined;
  /** Id of the system job that posted the message. */
  readonly operation?: string | undefined;
  /** The message was handled before (delivery count over 1, a retry copy, a replay): an earlier try may have left COR half done. */
  readonly redelivered: boolean;
  readonly correlationId?: string;
  readonly trace?: MessageTrace;
}

export type SyncResult =
  | { readonly kind: 'applied' | 'unchanged'; readonly coalesced: number; readonly corCalls: number }
  | {
      readonly kind: 'unavailable' | 'refused';
      readonly failure: Failure;
      readonly coalesced: number;
      readonly corCalls: number;
    };

/** The workspaces that an item speaks of, wanted or no longer wanted. */
export function workspacesOf(items: readonly SyncItem[]): Set<string> {
  const found = new Set<string>();
  for (const { changes } of items) {
    for (const { workspace } of changes) if (workspace !== undefined) found.add(workspace);
  }
  return found;
}
