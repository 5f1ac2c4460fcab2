import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import type { LinkSession } from './link-session.ts';
import { type AttachFields, type FlowFields, rejected, type TransferFields } from './performatives.ts';

export interface IncomingLinkOptions {
  readonly maxMessageBytes: number;
  /** Takes a message and returns its outcome; an AmqpError becomes a rejection. */
  readonly receive: (message: Buffer, format: number) => Typed;
}

interface PartialDelivery {
  readonly deliveryId: number;
  readonly format: number;
  readonly settled: boolean;
  readonly chunks: Buffer[];
  bytes: number;
}

const CREDIT = 1000;

/** A link on which the client sends. */
export class IncomingLink {
  readonly handle: number;
  readonly maxMessageBytes: number;
  readonly #session: LinkSession;
  readonly #receive: IncomingLinkOptions['receive'];
  #partial: PartialDelivery | undefined;
  #deliveryCount = 0;
  #credit = 0;

  constructor(session: LinkSession, attach: AttachFields, options: IncomingLinkOptions) {
    this.handle = attach.handle;
    this.maxMessageBytes = options.maxMessageBytes;
    this.#session = session;
    this.#receive = options.receive;
  }

  opened(): void {
    this.#giveCredit();
  }

  closed(): void {
    this.#partial = undefined;
  }

  onFlow(fields: FlowFields): void {
    if (fields.echo) this.#giveCredit();
  }

  onTransfer(fields: TransferFields, payload: Buffer | undefined): void {
    this.#partial ??= {
      deliveryId: fields.delivery_id ?? 0,
      format: fields.message_format ?? 0,
      settled: fields.settled ?? false,
      chunks: [],
      bytes: 0,
    };
    const delivery = this.#partial;
    delivery.bytes += payload?.length ?? 0;
    // An oversized message is counted to its end but not kept.
    if (payload !== undefined && delivery.bytes <= this.maxMessageBytes) delivery.chunks.push(payload);
    if (fields.more && !fields.aborted) return;
    this.#partial = undefined;
    this.#deliveryCount++;
    if (!fields.aborted) this.#answer(delivery);
    if (--this.#credit <= CREDIT / 2) this.#giveCredit();
  }

  #answer(delivery: PartialDelivery): void {
    const outcome = this.#outcomeOf(delivery);
    if (!delivery.settled) this.#session.writeReceived(delivery.deliveryId, outcome);
  }

  #outcomeOf({ bytes, chunks, format }: PartialDelivery): Typed {
    try {
      if (bytes > this.maxMessageBytes) {
        throw new AmqpError(
          'amqp:link:message-size-exceeded',
          `The message of ${bytes} bytes is larger than the ${this.maxMessageBytes} bytes that this entity takes.`,
        );
      }
      const [first] = chunks;
      return this.#receive(
        first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks),
        format,
      );
    } catch (error) {
      if (error instanceof AmqpError) return rejected(error);
      throw error;
    }
  }

  #giveCredit(): void {
    this.#credit = CREDIT;
    const { handle } = this;
    this.#session.writeFlow({ handle, deliveryCount: this.#deliveryCount, credit: CREDIT, drain: false });
  }
}
