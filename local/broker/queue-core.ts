import type { Clock } from './clock.ts';
import { DueTimer } from './due-timer.ts';
import { MessageStore } from './message-store.ts';
import type { QueueCounts } from './queue-counts.ts';
import { type Departure, type QueueListener, QueueListeners } from './queue-listener.ts';
import { type LockedMessage, type MessageDraft, newMessage, type QueueMessage } from './queue-message.ts';
import type { QueueSettings } from './queue-options.ts';
import { SentIds } from './sent-ids.ts';
import { asDeadLetter, changeProperties, type Settlement, type SettleResult } from './settlement.ts';

/** A Service Bus queue without its protocol: the rules by which calls and the clock move its messages. */
export class QueueCore<Content> {
  readonly settings: QueueSettings;
  /** Absent in a dead-letter queue. */
  readonly deadLetterQueue: QueueCore<Content> | undefined;
  readonly #clock: Clock;
  readonly #store: MessageStore<Content>;
  readonly #due: DueTimer;
  readonly #listeners = new QueueListeners();
  readonly #sentIds: SentIds;
  readonly #totals = { completed: 0, deadLettered: 0, enqueued: 0 };

  constructor(settings: QueueSettings, clock: Clock, role: 'queue' | 'deadLetterQueue' = 'queue') {
    this.settings = settings;
    this.#clock = clock;
    this.#store = new MessageStore(settings.lockDurationMs);
    this.#sentIds = new SentIds(settings.duplicateDetectionWindowMs);
    this.#due = new DueTimer(clock, () => this.#doWhatIsDue());
    if (role === 'queue') {
      const name = `${settings.name}/$DeadLetterQueue`;
      this.deadLetterQueue = new QueueCore({ ...settings, name }, clock, 'deadLetterQueue');
    }
  }

  get hasActive(): boolean {
    return this.#store.oldestActive !== undefined;
  }

  counts(): QueueCounts {
    return { ...this.#store.sizes, deadLetter: this.deadLetterQueue?.size ?? 0, ...this.#totals };
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
      this.#totals.enqueued++;
      if (message.scheduledFor !== undefined && message.scheduledFor > now) {
        this.#store.admit(message, 'scheduled');
        this.#due.atLatest(message.scheduledFor);
      } else {
        this.#activate(message, now);
      }
      this.#sentIds.remember(message.messageId, message.sequenceNumber, now);
    }
    this.#announce();
    return messages.map((message) => message.sequenceNumber);
  }

  /** Peek-lock: the oldest active message, locked. */
  acquire(): LockedMessage<Content> | undefined {
    const message = this.#oldestReceivable();
    return message && this.#lock(message);
  }

  /** Receive-and-delete: the oldest active message, completed. */
  take(): QueueMessage<Content> | undefined {
    const message = this.#oldestReceivable();
    if (message !== undefined) this.#complete(message);
    this.#announce();
    return message;
  }

  settle(token: string, settlement: Settlement): SettleResult {
    const message = this.#store.findLocked(token, this.#clock.now());
    if (message === undefined) return 'lockLost';
    const result = this.#settleLocked(message, settlement);
    this.#announce();
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
    for (const message of expired) this.#expire(message);
    if (expired.length > 0) {
      this.#announce();
      return undefined;
    }
    for (const message of messages ?? []) {
      if (mode === 'peekLock') this.#lock(message);
      else this.#complete(message);
    }
    return messages;
  }

  /** Enqueues every scheduled message now, whatever its time. */
  enqueueScheduled(): void {
    const now = this.#clock.now();
    const next = () => this.#store.firstScheduled(Number.POSITIVE_INFINITY);
    for (let scheduled = next(); scheduled; scheduled = next()) this.#activate(scheduled, now);
    this.#announce();
  }

  /** Cancels all of the scheduled messages; false (and none cancelled) when one is not there. */
  cancelScheduled(sequenceNumbers: readonly number[]): boolean {
    const messages = this.#store.findAll(sequenceNumbers, 'scheduled');
    for (const message of messages ?? []) this.#depart(message, { outcome: 'cancelled' });
    this.#announce();
    return messages !== undefined;
  }

  /** Looks at messages of every state in queue order, without locking them. */
  peek(fromSequenceNumber: number, maxCount: number): Readonly<QueueMessage<Content>>[] {
    return this.#store.from(fromSequenceNumber, maxCount);
  }

  /** Stops the clock for this queue. */
  close(): void {
    this.#due.cancel();
    this.deadLetterQueue?.close();
  }

  #settleLocked(message: LockedMessage<Content>, settlement: Settlement): SettleResult {
    switch (settlement.outcome) {
      case 'complete':
        this.#complete(message);
        return 'settled';
      case 'release':
        this.#makeReceivable(message);
        return 'settled';
      case 'abandon':
        changeProperties(message, settlement.changes);
        this.#returnAfterFailedDelivery(message);
        return 'settled';
      case 'defer':
        changeProperties(message, settlement.changes);
        this.#countDelivery(message);
        message.isDeferred = true;
        this.#makeReceivable(message);
        return 'settled';
      case 'deadLetter':
        if (this.deadLetterQueue === undefined) {
          this.#makeReceivable(message);
          return 'notAllowed';
        }
        changeProperties(message, settlement.changes);
        this.#deadLetter(message, settlement.reason, settlement.description);
        return 'settled';
    }
  }

  /** Where a message's life as a receivable one begins, and with it its time to live. */
  #activate(message: QueueMessage<Content>, now: number): void {
    message.enqueuedTime = now;
    message.expiresAt = now + message.timeToLive;
    this.#store.admit(message, 'active');
    this.#due.atLatest(message.expiresAt);
  }

  #makeReceivable(message: QueueMessage<Content>): void {
    // Deferred messages do not expire (Service Bus docs, "Message deferral").
    this.#store.move(message, message.isDeferred ? 'deferred' : 'active');
    if (message.isDeferred) return;
    // Its time may have run out while it was locked.
    if (message.expiresAt <= this.#clock.now()) this.#expire(message);
    else this.#due.atLatest(message.expiresAt);
  }

  #oldestReceivable(): QueueMessage<Content> | undefined {
    for (let oldest = this.#store.oldestActive; oldest; oldest = this.#store.oldestActive) {
      if (oldest.expiresAt > this.#clock.now()) return oldest;
      this.#expire(oldest);
    }
    return undefined;
  }

  #lock(message: QueueMessage<Content>): LockedMessage<Content> {
    const locked = this.#store.lock(message, this.#clock.now());
    this.#due.atLatest(locked.lock.lockedUntil);
    return locked;
  }

  #countDelivery(message: QueueMessage<Content>): void {
    if (this.deadLetterQueue !== undefined) message.deliveryCount++;
  }

  #returnAfterFailedDelivery(message: QueueMessage<Content>): void {
    const { maxDeliveryCount } = this.settings;
    this.#countDelivery(message);
    if (this.deadLetterQueue !== undefined && message.deliveryCount >= maxDeliveryCount) {
      const description = `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`;
      this.#deadLetter(message, 'MaxDeliveryCountExceeded', description);
    } else {
      this.#makeReceivable(message);
    }
  }

  #complete(message: QueueMessage<Content>): void {
    this.#totals.completed++;
    this.#depart(message, { outcome: 'completed' });
  }

  #expire(message: QueueMessage<Content>): void {
    if (this.settings.deadLetteringOnMessageExpiration) {
      this.#deadLetter(message, 'TTLExpiredException', 'The message expired and was dead lettered.');
    } else {
      this.#depart(message, { outcome: 'expired' });
    }
  }

  #deadLetter(message: QueueMessage<Content>, reason?: string, description?: string): void {
    this.#totals.deadLettered++;
    this.#depart(message, { outcome: 'deadLettered', ...(reason !== undefined && { reason }) });
    this.deadLetterQueue?.receiveDeadLetter(asDeadLetter(message, reason, description));
  }

  /**
   * For the queue that this is the dead-letter queue of: the message keeps its sequence number, as on Service
   * Bus.
   */
  receiveDeadLetter(message: QueueMessage<Content>): void {
    this.#totals.enqueued++;
    this.#store.admitAs(message, message.sequenceNumber);
    this.#announce();
  }

  #depart(message: QueueMessage<Content>, how: Pick<Departure, 'outcome' | 'reason'>): void {
    this.#store.move(message, 'gone');
    const { messageId, sequenceNumber } = message;
    this.#listeners.departed({ messageId, sequenceNumber, ...how });
  }

  #announce(): void {
    if (this.hasActive) this.#listeners.available();
    else if (this.#store.sizes.locked === 0) this.#listeners.resting();
  }

  /** Returns when something is due next. */
  #doWhatIsDue(): number {
    const now = this.#clock.now();
    for (const message of this.#store.lockExpired(now)) this.#returnAfterFailedDelivery(message);
    for (let due = this.#store.firstScheduled(now); due; due = this.#store.firstScheduled(now)) {
      // Service Bus docs, "Message sequencing and timestamps": a scheduled message is enqueued anew, under a
      // new sequence number.
      this.#activate(due, now);
    }
    for (let expired = this.#store.firstExpired(now); expired; expired = this.#store.firstExpired(now)) {
      this.#expire(expired);
    }
    this.#announce();
    return this.#store.nextDue();
  }
}
