import type { Clock } from './clock.ts';
import { MessageLife } from './message-life.ts';
import { MessageStore } from './message-store.ts';
import type { QueueCounts } from './queue-counts.ts';
import { type QueueListener, QueueListeners } from './queue-listener.ts';
import { type LockedMessage, type MessageDraft, newMessage, type QueueMessage } from './queue-message.ts';
import type { QueueSettings } from './queue-options.ts';
import { SentIds } from './sent-ids.ts';
import type { Settlement, SettleResult } from './settlement.ts';

/** A Service Bus queue without its protocol: what senders and receivers can ask of it. */
export class QueueCore<Content> {
  readonly settings: QueueSettings;
  /** Absent in a dead-letter queue. */
  readonly deadLetterQueue: QueueCore<Content> | undefined;
  readonly #clock: Clock;
  readonly #store: MessageStore<Content>;
  readonly #life: MessageLife<Content>;
  readonly #listeners = new QueueListeners();
  readonly #sentIds: SentIds;

  constructor(settings: QueueSettings, clock: Clock, role: 'queue' | 'deadLetterQueue' = 'queue') {
    this.settings = settings;
    this.#clock = clock;
    this.#store = new MessageStore(settings.lockDurationMs);
    this.#sentIds = new SentIds(settings.duplicateDetectionWindowMs);
    const name = `${settings.name}/$DeadLetterQueue`;
    const deadLetters =
      role === 'queue' ? new QueueCore<Content>({ ...settings, name }, clock, 'deadLetterQueue') : undefined;
    this.deadLetterQueue = deadLetters;
    this.#life = new MessageLife({
      settings,
      clock,
      store: this.#store,
      listeners: this.#listeners,
      deadLetterTo: deadLetters && ((message) => deadLetters.#life.beginAsDeadLetter(message)),
    });
  }

  get hasActive(): boolean {
    return this.#store.oldestActive !== undefined;
  }

  counts(): QueueCounts {
    return { ...this.#store.sizes, deadLetter: this.deadLetterQueue?.size ?? 0, ...this.#life.totals };
  }

  get size(): number {
    return this.#store.size;
  }

  /**
   * Nothing is left to do: no message is active or locked, and none is scheduled but those that are left
   * aside.
   */
  isIdle(leftAside: (messageId: string) => boolean = () => false): boolean {
    const { active, locked } = this.#store.sizes;
    return active + locked === 0 && this.#store.scheduledIds().every(leftAside);
  }

  /** Returns the function that takes the listener away again. */
  listen(listener: QueueListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Takes all of the messages; returns their sequence numbers. A duplicate is dropped and has the number of
   * the first.
   */
  enqueue(drafts: readonly MessageDraft<Content>[]): number[] {
    const now = this.#clock.now();
    const messages = drafts.map((draft) => newMessage(draft, this.settings.defaultTimeToLiveMs, now));
    for (const message of messages) {
      const first = this.#sentIds.firstOf(message.messageId, now);
      if (first !== undefined) {
        message.sequenceNumber = first;
        continue;
      }
      this.#life.begin(message, now);
      this.#sentIds.remember(message.messageId, message.sequenceNumber, now);
    }
    this.#life.announce();
    return messages.map((message) => message.sequenceNumber);
  }

  /** Peek-lock: the oldest active message, locked. */
  acquire(): LockedMessage<Content> | undefined {
    const message = this.#life.oldestReceivable();
    return message && this.#life.lock(message);
  }

  /** Receive-and-delete: the oldest active message, completed. */
  take(): QueueMessage<Content> | undefined {
    const message = this.#life.oldestReceivable();
    if (message !== undefined) this.#life.complete(message);
    this.#life.announce();
    return message;
  }

  settle(token: string, settlement: Settlement): SettleResult {
    const message = this.#store.findLocked(token, this.#clock.now());
    if (message === undefined) return 'lockLost';
    const result = this.#life.settle(message, settlement);
    this.#life.announce();
    return result;
  }

  /** The time until which the message is now locked; undefined when the lock is lost. */
  renewLock(token: string): number | undefined {
    const now = this.#clock.now();
    const message = this.#store.findLocked(token, now);
    return message && this.#store.renewLock(message, now);
  }

  /** All of the deferred messages; undefined (and none received) when one is not there. */
  receiveDeferred(
    sequenceNumbers: readonly number[],
    mode: 'peekLock' | 'receiveAndDelete',
  ): QueueMessage<Content>[] | undefined {
    const messages = this.#store.findAll(sequenceNumbers, 'deferred');
    const expired = messages?.filter(({ expiresAt }) => expiresAt <= this.#clock.now()) ?? [];
    // The time to live of a deferred message counts when it is asked for.
    for (const message of expired) this.#life.expire(message);
    if (expired.length > 0) {
      this.#life.announce();
      return undefined;
    }
    for (const message of messages ?? []) {
      if (mode === 'peekLock') this.#life.lock(message);
      else this.#life.complete(message);
    }
    return messages;
  }

  /** Enqueues every scheduled message now, whatever its time. */
  enqueueScheduled(): void {
    const now = this.#clock.now();
    const next = () => this.#store.firstScheduled(Number.POSITIVE_INFINITY);
    for (let scheduled = next(); scheduled; scheduled = next()) this.#life.activate(scheduled, now);
    this.#life.announce();
  }

  /** Cancels all of the scheduled messages; false (and none cancelled) when one is not there. */
  cancelScheduled(sequenceNumbers: readonly number[]): boolean {
    const messages = this.#store.findAll(sequenceNumbers, 'scheduled');
    for (const message of messages ?? []) this.#life.cancel(message);
    this.#life.announce();
    return messages !== undefined;
  }

  /** Looks at messages of every state in queue order, without locking them. */
  peek(fromSequenceNumber: number, maxCount: number): Readonly<QueueMessage<Content>>[] {
    return this.#store.from(fromSequenceNumber, maxCount);
  }

  /** Stops the clock for this queue. */
  close(): void {
    this.#life.close();
    this.deadLetterQueue?.close();
  }
}
