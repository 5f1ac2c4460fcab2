import { randomUUID } from 'node:crypto';
import type { LockedMessage, QueueMessage } from './queue-message.ts';

/**
 * The locks of one queue, found by token. The lock duration is the same for all of them and the clock never
 * steps back, so the Map's insertion order is the order of expiry: no second structure has to hold (and
 * forget) settled messages.
 */
export class LockBook<Content> {
  readonly #locked = new Map<string, LockedMessage<Content>>();
  readonly #lockDurationMs: number;

  constructor(lockDurationMs: number) {
    this.#lockDurationMs = lockDurationMs;
  }

  get size(): number {
    return this.#locked.size;
  }

  lock(message: QueueMessage<Content>, now: number): LockedMessage<Content> {
    const lock = { token: randomUUID(), lockedUntil: now + this.#lockDurationMs };
    const locked = Object.assign(message, { state: 'locked' as const, lock });
    this.#locked.set(lock.token, locked);
    return locked;
  }

  /** The message, if the lock still holds. */
  find(token: string, now: number): LockedMessage<Content> | undefined {
    const message = this.#locked.get(token);
    return message !== undefined && message.lock.lockedUntil > now ? message : undefined;
  }

  renew(message: LockedMessage<Content>, now: number): number {
    const { token } = message.lock;
    this.#locked.delete(token);
    message.lock = { token, lockedUntil: now + this.#lockDurationMs };
    this.#locked.set(token, message);
    return message.lock.lockedUntil;
  }

  release(message: QueueMessage<Content>): void {
    if (message.lock !== undefined) this.#locked.delete(message.lock.token);
    message.lock = undefined;
  }

  /** Messages whose lock has ended, the earliest first. They stay here until released. */
  expired(now: number): LockedMessage<Content>[] {
    const expired: LockedMessage<Content>[] = [];
    for (const message of this.#locked.values()) {
      if (message.lock.lockedUntil > now) break;
      expired.push(message);
    }
    return expired;
  }

  /**
   * When the next lock ends; Infinity without locks. Costs time in proportion to recent settlements: not for
   * every message.
   */
  nextExpiry(): number {
    return this.#locked.values().next().value?.lock.lockedUntil ?? Number.POSITIVE_INFINITY;
  }
}
