import type { Failure } from '../failure.ts';

/**
 * Keeps the calls about one user back whose last ones failed in a way that may be this user's own: from the
 * second in a row on, for the message of the first is tried later anyway.
 */
export interface UserBackoff {
  /** Milliseconds until the next call about this user may be made; 0: now. */
  waitMs(user: string): number;
  failed(user: string, failure: Failure): void;
  /** What the latest call about this user met. */
  lastFailure(user: string): Failure | undefined;
  forget(user: string): void;
  forgetAll(): void;
}

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 5 * 60_000;
/** More than that at once would be everybody's failure; the one that failed longest ago goes first. */
const MAX_USERS = 10_000;

interface Waiting {
  until: number;
  delayMs: number;
  lastFailure: Failure;
}

/** `now` in UTC epoch ms. */
export function createUserBackoff(now: () => number): UserBackoff {
  const users = new Map<string, Waiting>();
  return {
    waitMs: (user) => Math.max(0, (users.get(user)?.until ?? 0) - now()),
    lastFailure: (user) => users.get(user)?.lastFailure,
    failed(user, lastFailure) {
      const known = users.get(user);
      // Calls that were under way together are one failure.
      if (known && known.until > now()) return;
      const delayMs = known ? Math.min(Math.max(known.delayMs * 2, FIRST_WAIT_MS), MAX_WAIT_MS) : 0;
      users.delete(user);
      users.set(user, { until: now() + delayMs, delayMs, lastFailure });
      const [oldest] = users.keys();
      if (users.size > MAX_USERS && oldest !== undefined) users.delete(oldest);
    },
    forget(user) {
      users.delete(user);
    },
    forgetAll: () => users.clear(),
  };
}
