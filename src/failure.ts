import type { CorFailure, CorFailureClass } from './cor/cor-client.ts';

/**
 * Why an item could not be applied now, or at all. Beside COR's own classes: `didNotApply` (COR said 200 and showed something
 * else), `paused` (no call was made), `storage` (the ledger cannot be read or saved).
 */
export interface SyncFailure extends Omit<CorFailure, 'class'> {
  readonly class: CorFailureClass | 'didNotApply' | 'paused' | 'storage';
}

/** Failures that are nobody's fault and pass: the same item may succeed later. */
export function isUnavailable(failure: SyncFailure): boolean {
  return ['transient', 'auth', 'paused', 'storage'].includes(failure.class);
}
