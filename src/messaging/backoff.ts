const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 15 * 60_000;
/** At half the longest delay on average, a window holds some 400 copies. */
const DELAYS_IN_WINDOW = 200;

const FIRST_HOLD_MS = 5_000;
/** The host renews a lock for 5 min (host.json), and a last send after the hold takes up to 31 s. */
const HOLD_ENDS_MS = 230_000;

/**
 * Milliseconds until the next try: 5 s doubling to 15 min (longer where the window is longer than two days),
 * of which a random share is waited (full jitter), so that messages which failed together do not come back
 * together. `attempt` counts from 0; `random` is in [0, 1).
 */
export function retryDelay(attempt: number, random: number, windowMs = 0): number {
  const longest = Math.max(MAX_RETRY_MS, windowMs / DELAYS_IN_WINDOW);
  return Math.round(random * Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 30), longest));
}

/**
 * Milliseconds to keep a message that can be settled in no way before it is abandoned: abandoning redelivers
 * at once, so without this all deliveries of the queue's maximum would be used up within milliseconds. 5 s
 * doubling to what is left of 230 s after `spentMs` of handling: ten deliveries take over 20 min, and each
 * ends while the host still renews the lock.
 */
export function holdDelay(deliveryCount: number, spentMs: number): number {
  const growing = FIRST_HOLD_MS * 2 ** Math.min(Math.max(0, deliveryCount - 1), 30);
  return Math.max(0, Math.min(growing, HOLD_ENDS_MS - spentMs));
}
