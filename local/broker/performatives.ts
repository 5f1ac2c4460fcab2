import type { Typed } from 'rhea';
import type { AmqpError } from './amqp-error.ts';
import { types } from './rhea-types.ts';

/**
 * Fields of incoming frames as rhea 3.0.5 (lib/frames.js) reads them: null or undefined when the peer left
 * them out.
 */
type Optional<Value> = Value | null | undefined;

export interface BeginFields {
  readonly next_outgoing_id: number;
  readonly incoming_window: number;
}

export interface AttachFields {
  readonly name: string;
  readonly handle: number;
  /** True: the client receives on this link. */
  readonly role: boolean;
  readonly snd_settle_mode: Optional<number>;
  readonly rcv_settle_mode: Optional<number>;
  readonly source: Optional<Typed>;
  readonly target: Optional<Typed>;
}

export interface FlowFields {
  readonly next_incoming_id: Optional<number>;
  readonly incoming_window: number;
  readonly handle: Optional<number>;
  readonly delivery_count: Optional<number>;
  readonly link_credit: Optional<number>;
  readonly drain: Optional<boolean>;
  readonly echo: Optional<boolean>;
}

export interface TransferFields {
  readonly handle: number;
  readonly delivery_id: Optional<number>;
  readonly message_format: Optional<number>;
  readonly settled: Optional<boolean>;
  readonly more: Optional<boolean>;
  readonly aborted: Optional<boolean>;
}

export interface DispositionFields {
  /** True: the client received the deliveries. */
  readonly role: boolean;
  readonly first: number;
  readonly last: Optional<number>;
  readonly settled: Optional<boolean>;
  readonly state: Optional<Typed>;
}

export interface DetachFields {
  readonly handle: number;
}

function performative(code: number, fields: unknown[]): Typed {
  return types.wrap_described(fields, code);
}

const uint = (value: number) => types.wrap_uint(value >>> 0);

export interface SessionWindow {
  readonly nextIncomingId: number;
  readonly incomingWindow: number;
  readonly nextOutgoingId: number;
  readonly outgoingWindow: number;
}

export function begin(remoteChannel: number, window: SessionWindow): Typed {
  const { nextOutgoingId, incomingWindow, outgoingWindow } = window;
  return performative(0x11, [
    types.wrap_ushort(remoteChannel),
    uint(nextOutgoingId),
    uint(incomingWindow),
    uint(outgoingWindow),
  ]);
}

/**
 * The answer to an attach: the same link from the other end. Source and target absent: the link is refused.
 */
export function attachReply(
  attach: AttachFields,
  accepted: { source: Typed; target: Typed; maxMessageBytes: number } | undefined,
): Typed {
  return performative(0x12, [
    attach.name,
    uint(attach.handle),
    !attach.role,
    types.wrap_ubyte(attach.snd_settle_mode ?? 2),
    types.wrap_ubyte(attach.rcv_settle_mode ?? 0),
    accepted?.source,
    accepted?.target,
    null,
    null,
    attach.role ? uint(0) : null,
    accepted && types.wrap_ulong(accepted.maxMessageBytes),
  ]);
}

export interface LinkFlow {
  readonly handle: number;
  readonly deliveryCount: number;
  readonly credit: number;
  readonly drain: boolean;
}

export function flow(window: SessionWindow, link: LinkFlow | undefined): Typed {
  return performative(0x13, [
    uint(window.nextIncomingId),
    uint(window.incomingWindow),
    uint(window.nextOutgoingId),
    uint(window.outgoingWindow),
    ...(link ? [uint(link.handle), uint(link.deliveryCount), uint(link.credit), null, link.drain] : []),
  ]);
}

export interface OutgoingTransfer {
  readonly handle: number;
  readonly deliveryId: number;
  readonly tag: Buffer;
  readonly settled: boolean;
  readonly more: boolean;
}

export function transfer(fields: OutgoingTransfer): Typed {
  const { handle, deliveryId, tag, settled, more } = fields;
  return performative(0x14, [uint(handle), uint(deliveryId), types.wrap_binary(tag), uint(0), settled, more]);
}

/**
 * Settled. One frame carries one outcome, so the broker merges only deliveries whose outcome is the very
 * same.
 */
export function disposition(role: 'sender' | 'receiver', first: number, last: number, state: Typed): Typed {
  return performative(0x15, [role === 'receiver', uint(first), uint(last), true, state]);
}

export function detach(handle: number, error?: AmqpError): Typed {
  return performative(0x16, [uint(handle), true, error && encodedError(error)]);
}

export function end(): Typed {
  return performative(0x17, []);
}

export const ACCEPTED: Typed = types.wrap_described([], 0x24);

export function rejected(error: AmqpError): Typed {
  return types.wrap_described([encodedError(error)], 0x25);
}

function encodedError(error: AmqpError): Typed {
  return types.wrap_error({ condition: error.condition, description: error.message });
}
