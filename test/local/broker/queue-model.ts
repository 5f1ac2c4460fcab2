/**
 * A queue written for clarity alone: an array that is searched from end to end, moved on millisecond by millisecond. The real core
 * must agree with it after every step.
 */
export interface ModelMessage {
  id: string;
  sequenceNumber: number;
  state: 'active' | 'locked' | 'deferred' | 'scheduled';
  deliveryCount: number;
  isDeferred: boolean;
  timeToLive: number;
  expiresAt: number;
  scheduledFor: number;
  lockedUntil: number;
}

export interface ModelOptions {
  lockDurationMs: number;
  maxDeliveryCount: number;
  deadLetterExpired: boolean;
}

export class QueueModel {
  messages: ModelMessage[] = [];
  readonly deadLetters = new Map<string, string>();
  readonly departed = { completed: 0, deadLettered: 0, expired: 0, cancelled: 0 };
  enqueued = 0;
  now: number;
  #lastSequenceNumber = 0;
  readonly #options: ModelOptions;

  constructor(options: ModelOptions, now: number) {
    this.#options = options;
    this.now = now;
  }

  enqueue(id: string, timeToLive: number, delay: number): void {
    this.enqueued++;
    const scheduledFor = this.now + delay;
    this.messages.push({
      id,
      sequenceNumber: ++this.#lastSequenceNumber,
      state: delay > 0 ? 'scheduled' : 'active',
      deliveryCount: 0,
      isDeferred: false,
      timeToLive,
      expiresAt: delay > 0 ? Number.POSITIVE_INFINITY : this.now + timeToLive,
      scheduledFor,
      lockedUntil: 0,
    });
  }

  inState(state: ModelMessage['state']): ModelMessage[] {
    return this.messages.filter((message) => message.state === state);
  }

  lock(message: ModelMessage): void {
    message.state = 'locked';
    message.lockedUntil = this.now + this.#options.lockDurationMs;
  }

  leave(message: ModelMessage, how: keyof QueueModel['departed'], reason = ''): void {
    this.messages = this.messages.filter((other) => other !== message);
    this.departed[how]++;
    if (how === 'deadLettered') this.deadLetters.set(message.id, reason);
  }

  back(message: ModelMessage): void {
    message.state = message.isDeferred ? 'deferred' : 'active';
    this.#expireDue();
  }

  failDelivery(message: ModelMessage): void {
    message.deliveryCount++;
    if (message.deliveryCount >= this.#options.maxDeliveryCount) {
      this.leave(message, 'deadLettered', 'MaxDeliveryCountExceeded');
    } else {
      this.back(message);
    }
  }

  advance(milliseconds: number): void {
    for (let step = 0; step < milliseconds; step++) {
      this.now++;
      for (const message of this.inState('locked'))
        if (message.lockedUntil <= this.now) this.failDelivery(message);
      const due = this.inState('scheduled').filter((message) => message.scheduledFor <= this.now);
      for (const message of due) {
        this.messages = this.messages.filter((other) => other !== message);
        message.state = 'active';
        message.sequenceNumber = ++this.#lastSequenceNumber;
        message.expiresAt = this.now + message.timeToLive;
        this.messages.push(message);
      }
      this.#expireDue();
    }
  }

  #expireDue(): void {
    for (const message of this.inState('active')) {
      if (message.expiresAt > this.now) continue;
      if (this.#options.deadLetterExpired) this.leave(message, 'deadLettered', 'TTLExpiredException');
      else this.leave(message, 'expired');
    }
  }
}
