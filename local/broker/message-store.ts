import { LockBook } from './lock-book.ts';
import { OrderedHeap } from './ordered-heap.ts';
import type { LockedMessage, MessageState, QueueMessage } from './queue-message.ts';

/**
 * The messages of one queue, each in exactly one state: `move` is the only way from one to another. Knows no
 * policy. Moving costs O(log n).
 */
export class MessageStore<Content> {
  readonly #messages = new Map<number, QueueMessage<Content>>();
  readonly #active = new OrderedHeap<QueueMessage<Content>>((a, b) => a.sequenceNumber < b.sequenceNumber);
  readonly #expiring = new OrderedHeap<QueueMessage<Content>>((a, b) => a.expiresAt < b.expiresAt);
  readonly #scheduled = new OrderedHeap<QueueMessage<Content>>(isDueBefore);
  readonly #locks: LockBook<Content>;
  #deferredCount = 0;
  #lastSequenceNumber = 0;
  /** Whether the Map's insertion order is the order of the sequence numbers. */
  #inOrder = true;

  constructor(lockDurationMs: number) {
    this.#locks = new LockBook(lockDurationMs);
  }

  get size(): number {
    return this.#messages.size;
  }

  get sizes() {
    return {
      active: this.#active.size,
      locked: this.#locks.size,
      scheduled: this.#scheduled.size,
      deferred: this.#deferredCount,
    };
  }

  get oldestActive(): QueueMessage<Content> | undefined {
    return this.#active.first;
  }

  /** Gives the message a (new) sequence number and a state. */
  admit(message: QueueMessage<Content>, state: 'active' | 'scheduled'): void {
    if (message.state !== 'gone') this.move(message, 'gone');
    message.sequenceNumber = ++this.#lastSequenceNumber;
    this.#messages.set(message.sequenceNumber, message);
    this.move(message, state);
  }

  /** The same for a message that comes with its sequence number from the queue that dead-lettered it. */
  admitAs(message: QueueMessage<Content>, sequenceNumber: number): void {
    message.sequenceNumber = sequenceNumber;
    // Dead letters come in the order in which they failed, not in the order of their numbers.
    if (sequenceNumber < this.#lastSequenceNumber) this.#inOrder = false;
    this.#lastSequenceNumber = Math.max(this.#lastSequenceNumber, sequenceNumber);
    this.#messages.set(sequenceNumber, message);
    this.move(message, 'active');
  }

  move(message: QueueMessage<Content>, state: Exclude<MessageState, 'locked'>): void {
    this.#leaveState(message);
    message.state = state;
    if (state === 'active') {
      this.#active.add(message);
      if (message.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.add(message);
    } else if (state === 'deferred') {
      this.#deferredCount++;
    } else if (state === 'scheduled') {
      this.#scheduled.add(message);
    } else {
      this.#messages.delete(message.sequenceNumber);
    }
  }

  lock(message: QueueMessage<Content>, now: number): LockedMessage<Content> {
    this.#leaveState(message);
    return this.#locks.lock(message, now);
  }

  findLocked(token: string, now: number): LockedMessage<Content> | undefined {
    return this.#locks.find(token, now);
  }

  renewLock(message: LockedMessage<Content>, now: number): number {
    return this.#locks.renew(message, now);
  }

  /** All of these messages, or undefined when one of them is not there in this state. */
  findAll(sequenceNumbers: readonly number[], state: MessageState): QueueMessage<Content>[] | undefined {
    const messages: QueueMessage<Content>[] = [];
    for (const sequenceNumber of new Set(sequenceNumbers)) {
      const message = this.#messages.get(sequenceNumber);
      if (message?.state !== state) return undefined;
      messages.push(message);
    }
    return messages;
  }

  /** Walks from the queue's oldest message: fine for a peek, not for every message. */
  from(sequenceNumber: number, maxCount: number): QueueMessage<Content>[] {
    const found: QueueMessage<Content>[] = [];
    if (!this.#inOrder) this.#sort();
    for (const message of this.#messages.values()) {
      if (found.length >= maxCount) break;
      if (message.sequenceNumber >= sequenceNumber) found.push(message);
    }
    return found;
  }

  scheduledIds(): string[] {
    if (this.#scheduled.size === 0) return [];
    const scheduled = [...this.#messages.values()].filter(({ state }) => state === 'scheduled');
    return scheduled.map(({ messageId }) => messageId);
  }

  lockExpired(now: number): LockedMessage<Content>[] {
    return this.#locks.expired(now);
  }

  firstScheduled(now: number): QueueMessage<Content> | undefined {
    const first = this.#scheduled.first;
    return first && dueTime(first) <= now ? first : undefined;
  }

  firstExpired(now: number): QueueMessage<Content> | undefined {
    const first = this.#expiring.first;
    return first && first.expiresAt <= now ? first : undefined;
  }

  /** When the clock next moves a message; Infinity for never. */
  nextDue(): number {
    const scheduled = this.#scheduled.first;
    return Math.min(
      this.#locks.nextExpiry(),
      this.#expiring.first?.expiresAt ?? Number.POSITIVE_INFINITY,
      scheduled ? dueTime(scheduled) : Number.POSITIVE_INFINITY,
    );
  }

  #sort(): void {
    const sorted = [...this.#messages].sort(([a], [b]) => a - b);
    this.#messages.clear();
    for (const [sequenceNumber, message] of sorted) this.#messages.set(sequenceNumber, message);
    this.#inOrder = true;
  }

  #leaveState(message: QueueMessage<Content>): void {
    if (message.state === 'active') {
      this.#active.remove(message);
      this.#expiring.remove(message);
    } else if (message.state === 'locked') {
      this.#locks.release(message);
    } else if (message.state === 'deferred') {
      this.#deferredCount--;
    } else if (message.state === 'scheduled') {
      this.#scheduled.remove(message);
    }
  }
}

function dueTime(message: QueueMessage<unknown>): number {
  return message.scheduledFor ?? 0;
}

function isDueBefore(a: QueueMessage<unknown>, b: QueueMessage<unknown>): boolean {
  return dueTime(a) === dueTime(b) ? a.sequenceNumber < b.sequenceNumber : dueTime(a) < dueTime(b);
}
