import type { Clock } from './clock.ts';
import { DueTimer } from './due-timer.ts';
import type { MessageStore } from './message-store.ts';
import type { Departure, QueueListeners } from './queue-listener.ts';
import type { LockedMessage, QueueMessage } from './queue-message.ts';
import type { QueueSettings } from './queue-options.ts';
import { asDeadLetter, changeProperties, type Settlement, type SettleResult } from './settlement.ts';

export interface MessageLifeOptions<Content> {
  readonly settings: QueueSettings;
  readonly clock: Clock;
  readonly store: MessageStore<Content>;
  readonly listeners: QueueListeners;
  /** Takes what is dead-lettered. Absent in a dead-letter queue, where nothing is. */
  readonly deadLetterTo: ((message: QueueMessage<Content>) => void) | undefined;
}

/**
 * What may become of the messages of one queue, by a decision or because time passed: the policy over the
 * states of the store.
 */
export class MessageLife<Content> {
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #store: MessageStore<Content>;
  readonly #listeners: QueueListeners;
  readonly #deadLetterTo: MessageLifeOptions<Content>['deadLetterTo'];
  readonly #due: DueTimer;
  readonly totals = { completed: 0, deadLettered: 0, enqueued: 0 };

  constructor({ settings, clock, store, listeners, deadLetterTo }: MessageLifeOptions<Content>) {
    this.#settings = settings;
    this.#clock = clock;
    this.#store = store;
    this.#listeners = listeners;
    this.#deadLetterTo = deadLetterTo;
    this.#due = new DueTimer(clock, () => this.#doWhatIsDue());
  }

  /** A message comes in, for now or for later. */
  begin(message: QueueMessage<Content>, now: number): void {
    this.totals.enqueued++;
    if (message.scheduledFor === undefined || message.scheduledFor <= now) {
      this.activate(message, now);
      return;
    }
    this.#store.admit(message, 'scheduled');
    this.#due.atLatest(message.scheduledFor);
  }

  /** From the queue that this is the dead-letter queue of: it keeps its number, as on Service Bus. */
  beginAsDeadLetter(message: QueueMessage<Content>): void {
    this.totals.enqueued++;
    this.#store.admitAs(message, message.sequenceNumber);
    this.announce();
  }

  /** Where a message's life as a receivable one begins, and with it its time to live. */
  activate(message: QueueMessage<Content>, now: number): void {
    message.enqueuedTime = now;
    message.expiresAt = now + message.timeToLive;
    this.#store.admit(message, 'active');
    this.#due.atLatest(message.expiresAt);
  }

  /** The oldest active message whose time has not run out. */
  oldestReceivable(): QueueMessage<Content> | undefined {
    for (let oldest = this.#store.oldestActive; oldest; oldest = this.#store.oldestActive) {
      if (oldest.expiresAt > this.#clock.now()) return oldest;
      this.expire(oldest);
    }
    return undefined;
  }

  lock(message: QueueMessage<Content>): LockedMessage<Content> {
    const locked = this.#store.lock(message, this.#clock.now());
    this.#due.atLatest(locked.lock.lockedUntil);
    return locked;
  }

  settle(message: LockedMessage<Content>, settlement: Settlement): SettleResult {
    switch (settlement.outcome) {
      case 'complete':
        this.complete(message);
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
        if (this.#deadLetterTo === undefined) {
          this.#makeReceivable(message);
          return 'notAllowed';
        }
        changeProperties(message, settlement.changes);
        this.#deadLetter(message, settlement.reason, settlement.description);
        return 'settled';
    }
  }

  complete(message: QueueMessage<Content>): void {
    this.totals.completed++;
    this.#depart(message, { outcome: 'completed' });
  }

  cancel(message: QueueMessage<Content>): void {
    this.#depart(message, { outcome: 'cancelled' });
  }

  expire(message: QueueMessage<Content>): void {
    if (this.#settings.deadLetteringOnMessageExpiration) {
      this.#deadLetter(message, 'TTLExpiredException', 'The message expired and was dead lettered.');
    } else {
      this.#depart(message, { outcome: 'expired' });
    }
  }

  /** Tells the listeners how the queue stands after a change. */
  announce(): void {
    if (this.#store.oldestActive !== undefined) this.#listeners.available();
    else if (this.#store.sizes.locked === 0) this.#listeners.resting();
  }

  /** From now on no time passes. */
  close(): void {
    this.#due.cancel();
  }

  #makeReceivable(message: QueueMessage<Content>): void {
    // Deferred messages do not expire (Service Bus docs, "Message deferral").
    this.#store.move(message, message.isDeferred ? 'deferred' : 'active');
    if (message.isDeferred) return;
    // Its time may have run out while it was locked.
    if (message.expiresAt <= this.#clock.now()) this.expire(message);
    else this.#due.atLatest(message.expiresAt);
  }

  #countDelivery(message: QueueMessage<Content>): void {
    if (this.#deadLetterTo !== undefined) message.deliveryCount++;
  }

  #returnAfterFailedDelivery(message: QueueMessage<Content>): void {
    const { maxDeliveryCount } = this.#settings;
    this.#countDelivery(message);
    if (this.#deadLetterTo !== undefined && message.deliveryCount >= maxDeliveryCount) {
      const description = `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`;
      this.#deadLetter(message, 'MaxDeliveryCountExceeded', description);
    } else {
      this.#makeReceivable(message);
    }
  }

  #deadLetter(message: QueueMessage<Content>, reason?: string, description?: string): void {
    this.totals.deadLettered++;
    this.#depart(message, { outcome: 'deadLettered', ...(reason !== undefined && { reason }) });
    this.#deadLetterTo?.(asDeadLetter(message, reason, description));
  }

  #depart(message: QueueMessage<Content>, how: Pick<Departure, 'outcome' | 'reason'>): void {
    this.#store.move(message, 'gone');
    const { messageId, sequenceNumber } = message;
    this.#listeners.departed({ messageId, sequenceNumber, ...how });
  }

  /** Returns when something is due next. */
  #doWhatIsDue(): number {
    const now = this.#clock.now();
    for (const message of this.#store.lockExpired(now)) this.#returnAfterFailedDelivery(message);
    for (let due = this.#store.firstScheduled(now); due; due = this.#store.firstScheduled(now)) {
      // Service Bus docs, "Message sequencing and timestamps": a scheduled message is enqueued anew, under a
      // new sequence number.
      this.activate(due, now);
    }
    for (let expired = this.#store.firstExpired(now); expired; expired = this.#store.firstExpired(now)) {
      this.expire(expired);
    }
    this.announce();
    return this.#store.nextDue();
  }
}
