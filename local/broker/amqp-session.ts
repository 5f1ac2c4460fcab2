import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import type { IncomingLink } from './incoming-link.ts';
import type { DeliverySource, LinkSession } from './link-session.ts';
import { OutgoingLink } from './outgoing-link.ts';
import * as performatives from './performatives.ts';

export type WriteFrame = (channel: number, performative: Typed, payload?: Buffer) => void;
export type AmqpLink = IncomingLink | OutgoingLink;

/** Makes the broker's end of a link that a client attached; throws an AmqpError to refuse it. */
export type OpenLink = (session: AmqpSession, attach: performatives.AttachFields) => AmqpLink;

/** What a session needs to know of its connection. */
export interface SessionTransport {
  readonly write: WriteFrame;
  /** Largest frame that the client takes, in bytes. */
  readonly maxFrameBytes: number;
  readonly openLink: OpenLink;
}

// Everything that arrives is handled at once, so there is nothing to protect with a smaller window.
const WINDOW = 2 ** 31 - 1;
/** Frame header, transfer performative and its delivery tag take less than this. */
const TRANSFER_OVERHEAD = 128;

interface Unsettled {
  readonly link: DeliverySource;
  readonly tag: Buffer;
}

/**
 * The broker's end of an AMQP session, in place of rhea's: rhea 3.0.5 (lib/session.js) merges neighbouring
 * dispositions that have different outcomes, decodes messages before handing them over, and frees deliveries
 * only in the order in which they were sent.
 */
export class AmqpSession implements LinkSession {
  readonly #channel: number;
  readonly #transport: SessionTransport;
  /** By the client's handle; the broker answers with the same number. */
  readonly #links = new Map<number, AmqpLink>();
  readonly #unsettled = new Map<number, Unsettled>();
  /** Frames that wait for the client's window. */
  #waiting: { performative: Typed; payload: Buffer }[] = [];
  #nextDeliveryId = 0;
  #nextIncomingId: number;
  #nextOutgoingId = 0;
  /** First transfer id that the client does not want yet. */
  #outgoingLimit: number;

  constructor(channel: number, begin: performatives.BeginFields, transport: SessionTransport) {
    this.#channel = channel;
    this.#transport = transport;
    this.#nextIncomingId = begin.next_outgoing_id;
    this.#outgoingLimit = Math.min(begin.incoming_window, WINDOW);
    this.#write(performatives.begin(channel, this.#window));
  }

  /** Whether a transfer would go out now. */
  get canTransfer(): boolean {
    return this.#waiting.length === 0 && this.#windowLeft > 0;
  }

  get links(): Iterable<AmqpLink> {
    return this.#links.values();
  }

  onAttach(attach: performatives.AttachFields): void {
    if (this.#links.has(attach.handle)) {
      throw new AmqpError('amqp:session:handle-in-use', `Handle ${attach.handle} is attached already.`);
    }
    try {
      const link = this.#transport.openLink(this, attach);
      this.#links.set(attach.handle, link);
      const { source, target } = attach;
      if (!source || !target)
        throw new AmqpError('amqp:invalid-field', 'An attach needs a source and a target.');
      this.#write(
        performatives.attachReply(attach, { source, target, maxMessageBytes: link.maxMessageBytes }),
      );
      link.opened();
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error;
      this.#links.delete(attach.handle);
      // AMQP 1.0, part 2, section 2.6.3: a link is refused by attaching it without a terminus and detaching
      // it at once.
      this.#write(performatives.attachReply(attach, undefined));
      this.#write(performatives.detach(attach.handle, error));
    }
  }

  onDetach({ handle }: performatives.DetachFields): void {
    const link = this.#links.get(handle);
    // The answer to a refusal has no link any more.
    if (link === undefined) return;
    this.#forget(handle, link);
    this.#write(performatives.detach(handle));
  }

  onFlow(fields: performatives.FlowFields): void {
    const wasBlocked = !this.canTransfer;
    const nextIncomingId = fields.next_incoming_id ?? 0;
    this.#outgoingLimit = (nextIncomingId + Math.min(fields.incoming_window, WINDOW)) >>> 0;
    this.#writeWaiting();
    if (typeof fields.handle === 'number') this.#link(fields.handle).onFlow(fields);
    else if (fields.echo) this.writeFlow(undefined);
    if (wasBlocked && this.canTransfer) {
      for (const link of this.#links.values()) if (link instanceof OutgoingLink) link.wake();
    }
  }

  onTransfer(fields: performatives.TransferFields, payload: Buffer | undefined): void {
    this.#nextIncomingId = (this.#nextIncomingId + 1) >>> 0;
    const link = this.#link(fields.handle);
    if (link instanceof OutgoingLink) {
      throw new AmqpError('amqp:not-allowed', 'The client sent a message on a link on which it receives.');
    }
    link.onTransfer(fields, payload);
  }

  onDisposition(fields: performatives.DispositionFields): void {
    // What the client says of its own deliveries needs no answer: the broker settled them when they came.
    if (!fields.role) return;
    const last = fields.last ?? fields.first;
    if (last >= this.#nextDeliveryId || last < fields.first) {
      throw new AmqpError('amqp:invalid-field', `Deliveries ${fields.first} to ${last} were never sent.`);
    }
    for (let deliveryId = fields.first; deliveryId <= last; deliveryId++) {
      const delivery = this.#unsettled.get(deliveryId);
      // A settled delivery, or one of a link that is gone.
      if (delivery === undefined) continue;
      this.#settle(deliveryId, delivery, fields);
    }
  }

  onEnd(): void {
    this.close();
    this.#write(performatives.end());
  }

  /** Ends the session's links without telling the client. */
  close(): void {
    for (const [handle, link] of this.#links) this.#forget(handle, link);
    this.#waiting = [];
  }

  /**
   * Sends a message; `settled` ones are not heard of again, for the others the link's `onOutcome` is called.
   */
  transfer(link: DeliverySource, tag: Buffer, settled: boolean, message: Buffer): void {
    const deliveryId = this.#nextDeliveryId;
    this.#nextDeliveryId = (deliveryId + 1) >>> 0;
    if (!settled) this.#unsettled.set(deliveryId, { link, tag });
    const maxPayload = this.#transport.maxFrameBytes - TRANSFER_OVERHEAD;
    for (let start = 0; start < message.length; start += maxPayload) {
      const payload = message.subarray(start, start + maxPayload);
      const more = start + maxPayload < message.length;
      const performative = performatives.transfer({ handle: link.handle, deliveryId, tag, settled, more });
      this.#waiting.push({ performative, payload });
    }
    this.#writeWaiting();
  }

  writeFlow(link: performatives.LinkFlow | undefined): void {
    this.#write(performatives.flow(this.#window, link));
  }

  /** Answers a delivery that came from the client. */
  writeReceived(deliveryId: number, outcome: Typed): void {
    this.#write(performatives.disposition('receiver', deliveryId, deliveryId, outcome));
  }

  #settle(deliveryId: number, delivery: Unsettled, fields: performatives.DispositionFields): void {
    const outcome = delivery.link.onOutcome(delivery.tag, fields.state ?? undefined);
    if (outcome === undefined && !fields.settled) return;
    this.#unsettled.delete(deliveryId);
    if (outcome !== undefined && !fields.settled) {
      this.#write(performatives.disposition('sender', deliveryId, deliveryId, outcome));
    }
  }

  #forget(handle: number, link: AmqpLink): void {
    this.#links.delete(handle);
    link.closed();
    for (const [deliveryId, delivery] of this.#unsettled) {
      if (delivery.link === link) this.#unsettled.delete(deliveryId);
    }
  }

  #link(handle: number): AmqpLink {
    const link = this.#links.get(handle);
    if (link !== undefined) return link;
    throw new AmqpError('amqp:session:unattached-handle', `No link is attached at handle ${handle}.`);
  }

  get #window(): performatives.SessionWindow {
    return {
      nextIncomingId: this.#nextIncomingId,
      incomingWindow: WINDOW,
      nextOutgoingId: this.#nextOutgoingId,
      outgoingWindow: WINDOW,
    };
  }

  /** Transfers that the client still takes; ids wrap around at 2^32. */
  get #windowLeft(): number {
    return (this.#outgoingLimit - this.#nextOutgoingId) | 0;
  }

  #writeWaiting(): void {
    let written = 0;
    while (written < this.#waiting.length && this.#windowLeft > 0) {
      const frame = this.#waiting[written++];
      if (frame === undefined) break;
      this.#nextOutgoingId = (this.#nextOutgoingId + 1) >>> 0;
      this.#write(frame.performative, frame.payload);
    }
    if (written > 0) this.#waiting = this.#waiting.slice(written);
  }

  #write(performative: Typed, payload?: Buffer): void {
    this.#transport.write(this.#channel, performative, payload);
  }
}
