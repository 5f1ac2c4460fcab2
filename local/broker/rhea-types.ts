import type { Socket } from 'node:net';
import rhea, { type Typed } from 'rhea';

/**
 * The parts of rhea 3.0.5 (lib/types.js, lib/connection.js) that the broker uses and its typings leave out.
 * Pin rhea exactly.
 */
export interface AmqpReader {
  position: number;
  read(): Typed;
  remaining(): number;
}

interface AmqpWriter {
  write(value: Typed): void;
  toBuffer(): Buffer;
}

interface RheaCodec {
  readonly Reader: new (bytes: Buffer) => AmqpReader;
  readonly Writer: new () => AmqpWriter;
}

const codec = rhea.types as unknown as RheaCodec;

export const types = rhea.types;

export function amqpReader(bytes: Buffer): AmqpReader {
  return new codec.Reader(bytes);
}

export function encodeValues(...values: Typed[]): Buffer {
  const writer = new codec.Writer();
  for (const value of values) writer.write(value);
  return writer.toBuffer();
}

export interface Frame<Performative> {
  readonly channel: number;
  readonly performative: Performative;
  readonly payload?: Buffer;
}

/**
 * rhea's server connection: it does SASL, open, close, heartbeats and framing; the broker's own sessions do
 * the rest.
 */
export interface RheaConnection {
  readonly socket: Socket;
  readonly remote: { readonly open?: { readonly max_frame_size?: number | null } };
  readonly amqp_transport: { encode(frame: OutgoingFrame): void };
  output(): void;
  is_closed(): boolean;
  close(error?: { condition: string; description: string }): void;
  eof(): void;
  _process(): void;
  _write_frame(): void;
}

interface OutgoingFrame {
  readonly channel: number;
  readonly type: 0;
  readonly performative: Typed;
  readonly payload?: Buffer | undefined;
}
