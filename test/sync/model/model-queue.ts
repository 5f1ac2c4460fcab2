import type { Random } from '../../../local/histories/random.ts';
import { PROPERTY } from '../../../src/messaging/envelope.ts';
import type { RetryCopy } from '../../../src/messaging/retry-queue.ts';

/** A message in the model's queue. Times are the model's. */
export interface ModelMessage {
  readonly sequence: number;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Nobody receives it before this time. */
  readonly availableAt: number;
  readonly sentAt: number;
  deliveryCount: number;
  /** The worker that holds its lock. */
  holder: number | undefined;
  end: 'completed' | 'deadLettered' | 'replayed' | undefined;
  reason?: string;
}

/** A queue with peek-lock, scheduled messages and dead letters, without clocks of its own. */
export class ModelQueue {
  readonly messages: ModelMessage[] = [];

  add(message: Partial<ModelMessage> & Pick<ModelMessage, 'body' | 'sentAt'>): void {
    this.messages.push({
      sequence: this.messages.length + 1_000_000,
      contentType: 'application/json',
      properties: {},
      availableAt: message.sentAt,
      deliveryCount: 0,
      holder: undefined,
      end: undefined,
      ...message,
    });
  }

  /** A copy or a message of the connector's own, as it is scheduled. */
  schedule(copy: RetryCopy, at: number, now: number): void {
    const { body, contentType = 'application/json', applicationProperties } = copy;
    this.add({ body, contentType, properties: applicationProperties, availableAt: at, sentAt: now });
  }

  get open(): readonly ModelMessage[] {
    return this.messages.filter(({ end }) => end === undefined);
  }

  heldBy(worker: number): readonly ModelMessage[] {
    return this.messages.filter(({ holder }) => holder === worker);
  }

  /** The lock under which a message is held now, if it is. */
  lockOf({ sequence, deliveryCount, holder }: ModelMessage): string | undefined {
    return holder === undefined ? undefined : `${sequence}/${deliveryCount}`;
  }

  /** Ends a message under its lock. A lock that is lost settles nothing: `false`. */
  settle(message: ModelMessage, lock: string, end: ModelMessage['end'], reason?: string): boolean {
    if (this.lockOf(message) !== lock) return false;
    message.end = end;
    message.holder = undefined;
    if (reason !== undefined) message.reason = reason;
    return true;
  }

  /** The lock of some message ends while its worker goes on. */
  loseLock(random: Random): void {
    const held = this.messages.filter(({ holder }) => holder !== undefined);
    if (held.length > 0) random.pick(held).holder = undefined;
  }

  get deadLetters(): readonly ModelMessage[] {
    return this.messages.filter(({ end }) => end === 'deadLettered');
  }

  /** Puts a dead letter back into the queue, as `replayCopy` does. */
  replay(letter: ModelMessage, now: number): void {
    letter.end = 'replayed';
    const { sequence, body, contentType, properties } = letter;
    const firstSequenceNumber = properties[PROPERTY.firstSequenceNumber] ?? sequence;
    this.add({
      body,
      contentType,
      properties: { [PROPERTY.firstSequenceNumber]: firstSequenceNumber, [PROPERTY.replayed]: true },
      sentAt: now,
    });
  }
}
