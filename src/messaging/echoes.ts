import type { RetryQueue } from './retry-queue.ts';
import { encodeUserMessage } from './user-message.ts';

/**
 * How long the host renews the lock of a message (host.json): so long a process may go on that has lost it.
 */
export const LOCK_RENEWAL_MS = 5 * 60_000;

/** Echoes of one user come at least so far apart. */
const SPACING_MS = 5 * 60_000;

interface Sent {
  /** UTC epoch ms. */
  readonly at: number;
  readonly done: Promise<void>;
}

/**
 * Sends echoes: user messages that re-assert a user's whole state some time after a call may have landed in
 * COR that nothing in the ledger can see. COR has no condition on a write, so such a call can undo a newer
 * one: that of a process that lost its lock goes out while the host would have renewed it at most, and COR
 * carries out what it got within its time-out or gives it up. The echo comes after both.
 *
 * Times are rounded up to a grid, and each user has one echo at each: whatever happened before it was sent is
 * covered, and an outage does not fill the queue.
 */
export class Echoes {
  private readonly queue: Pick<RetryQueue, 'schedule'>;
  private readonly delayMs: number;
  private readonly sent = new Map<string, Sent>();

  constructor(queue: Pick<RetryQueue, 'schedule'>, corTimeoutMs: number) {
    this.queue = queue;
    this.delayMs = corTimeoutMs + LOCK_RENEWAL_MS;
  }

  /**
   * Resolves once the queue has an echo of the user that comes late enough. Rejects when it cannot be sent.
   */
  send(user: string, now: number): Promise<void> {
    const at = Math.ceil((now + this.delayMs) / SPACING_MS) * SPACING_MS;
    const known = this.sent.get(user);
    if (known?.at === at) return known.done;
    this.forgetPassed(now);
    const echo = encodeUserMessage({ schema: 1, why: 'echo', user, changes: [], reassert: true });
    const one: Sent = { at, done: this.queue.schedule(echo, at) };
    this.sent.set(user, one);
    one.done.catch(() => {
      if (this.sent.get(user) === one) this.sent.delete(user);
    });
    return one.done;
  }

  private forgetPassed(now: number): void {
    for (const [user, { at }] of this.sent) if (at <= now) this.sent.delete(user);
  }
}
