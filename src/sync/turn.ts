import type { Failure } from '../failure.ts';
import type { ReconcileOptions, ReconcileRequest } from './reconciliation.ts';
import type { UserRequest } from './user-request.ts';

/**
 * Messages whose turn has not come by then are handed back, to come again as copies: the host renews their locks
 * for five minutes. Where COR answers in 2 s it takes as long to tell 2,048 users, 16 at once.
 */
export const MAX_WAIT_MS = 4 * 60_000;

/** What such a message has met. Nothing was asked. */
export const NO_TURN: Failure = {
  service: 'cor',
  class: 'paused',
  code: 'NO_TURN',
  description: `The message waited ${MAX_WAIT_MS / 60_000} minutes for a call slot: COR answers slowly, or there are many users at once. See how long COR's calls take; COR_CONCURRENCY says how many are made at once.`,
};

/** Is it too late to begin with a request, because the locks of its messages may end before it is done? */
export function hasWaitedTooLong(
  { since }: ReconcileRequest<UserRequest>,
  { now }: ReconcileOptions,
): boolean {
  return since !== undefined && now() - since > MAX_WAIT_MS;
}
