import type { CorFailure, CorFailureClass } from '../cor/cor-client.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { MessageTrace } from '../telemetry/telemetry.ts';

/** What one message asks for one user. */
export interface SyncItem {
  /** Changes of this one user only. */
  readonly changes: readonly AssignmentChange[];
  /** Sequence number under which the message first entered the queue. */
  readonly sequence: number;
  /** The message was handled before (delivery count over 1, a retry copy, a replay): an earlier try may have left COR half done. */
  readonly redelivered: boolean;
  readonly correlationId?: string;
  readonly trace?: MessageTrace;
}

/**
 * Why an item could not be applied now, or at all. Beside COR's own classes: `didNotApply` (COR said 200 and showed something
 * else), `paused` (no call was made), `storage` (the ledger cannot be read or saved).
 */
export interface SyncFailure extends Omit<CorFailure, 'class'> {
  readonly class: CorFailureClass | 'didNotApply' | 'paused' | 'storage';
}

export type SyncResult =
  | { readonly kind: 'applied' | 'unchanged'; readonly coalesced: number; readonly corCalls: number }
  | {
      readonly kind: 'unavailable' | 'refused';
      readonly failure: SyncFailure;
      readonly coalesced: number;
      readonly corCalls: number;
    };

/** Failures that are nobody's fault and pass: the same item may succeed later. */
export function isUnavailable(failure: SyncFailure): boolean {
  return ['transient', 'auth', 'paused', 'storage'].includes(failure.class);
}

/** The workspaces that an item speaks of, wanted or no longer wanted. */
export function workspacesOf(items: readonly SyncItem[]): Set<string> {
  const found = new Set<string>();
  for (const { changes } of items) {
    for (const { workspace } of changes) if (workspace !== undefined) found.add(workspace);
  }
  return found;
}
