import type { Typed } from 'rhea';
import type { DeliverySource, LinkSession } from './link-session.ts';
import type { AttachFields, FlowFields } from './performatives.ts';
import { terminusAddress } from './terminus.ts';

export interface OutgoingLinkOptions {
  readonly maxMessageBytes: number;
  /** The link may be able to send (again). */
  readonly wake: () => void;
  /**
   * The client's outcome of a delivery; returns the broker's answer, or undefined when the delivery stays
   * open.
   */
  readonly outcome?: (tag: Buffer, state: Typed | undefined) => Typed | undefined;
  readonly closed?: () => void;
}

/** A link on which the client receives. */
export class OutgoingLink implements DeliverySource {
  readonly handle: number;
  readonly maxMessageBytes: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly #session: LinkSession;
  readonly #options: OutgoingLinkOptions;
  #credit = 0;
  #deliveryCount = 0;

  constructor(session: LinkSession, attach: AttachFields, options: OutgoingLinkOptions) {
    this.handle = attach.handle;
    this.maxMessageBytes = options.maxMessageBytes;
    this.sourceAddress = terminusAddress(attach.source);
    this.targetAddress = terminusAddress(attach.target);
    this.#session = session;
    this.#options = options;
  }

  /** A message sent now would leave at once. */
  get isReady(): boolean {
    return this.#credit > 0 && this.#session.canTransfer;
  }

  send(tag: Buffer, settled: boolean, message: Buffer): void {
    this.#credit--;
    this.#deliveryCount = (this.#deliveryCount + 1) >>> 0;
    this.#session.transfer(this, tag, settled, message);
  }

  wake(): void {
    if (this.isReady) this.#options.wake();
  }

  opened(): void {
    // Nothing to do before the client gives credit.
  }

  closed(): void {
    this.#options.closed?.();
  }

  onFlow(fields: FlowFields): void {
    this.#credit = ((fields.delivery_count ?? 0) + (fields.link_credit ?? 0) - this.#deliveryCount) | 0;
    this.wake();
    if (fields.drain) this.#useUpCredit();
    if (fields.drain || fields.echo) this.#writeFlow(fields.drain ?? false);
  }

  onOutcome(tag: Buffer, state: Typed | undefined): Typed | undefined {
    return this.#options.outcome?.(tag, state);
  }

  #useUpCredit(): void {
    this.#deliveryCount = (this.#deliveryCount + Math.max(0, this.#credit)) >>> 0;
    this.#credit = 0;
  }

  #writeFlow(drain: boolean): void {
    const { handle } = this;
    this.#session.writeFlow({
      handle,
      deliveryCount: this.#deliveryCount,
      credit: Math.max(0, this.#credit),
      drain,
    });
  }
}
