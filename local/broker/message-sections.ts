import { AmqpError } from './amqp-error.ts';

/** Descriptor codes of the sections of an AMQP message (AMQP 1.0, part 3, section 3.2). */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  sequence: 0x76,
  value: 0x77,
  footer: 0x78,
} as const;

export interface Section {
  readonly code: number;
  /** The whole section as it came, descriptor included. */
  readonly bytes: Buffer;
}

const MAX_NESTED_DESCRIPTORS = 16;

/**
 * Cuts an encoded message into its sections without decoding their values: rhea's decoder would lose the AMQP
 * types of what the broker only passes on.
 */
export function splitSections(message: Buffer): Section[] {
  const sections: Section[] = [];
  let position = 0;
  while (position < message.length) {
    const code = sectionCode(message, position);
    const end = valueEnd(message, position);
    sections.push({ code, bytes: message.subarray(position, end) });
    position = end;
  }
  return sections;
}

function sectionCode(message: Buffer, position: number): number {
  if (message[position] === 0x00 && message[position + 1] === 0x53) {
    const code = message[position + 2] ?? 0;
    if (code >= SECTION.header && code <= SECTION.footer) return code;
  }
  // The long form of an unsigned long: allowed, though no known client writes it.
  if (message[position] === 0x00 && message[position + 1] === 0x80 && position + 10 <= message.length) {
    const code = Number(message.readBigUInt64BE(position + 2));
    if (code >= SECTION.header && code <= SECTION.footer) return code;
  }
  throw decodeError(position, 'expected a message section');
}

/**
 * The end of the value that starts at `start`. The high half of a type code gives the width (AMQP 1.0, part
 * 1, section 1.2).
 */
export function valueEnd(bytes: Buffer, start: number, depth = 0): number {
  const typeCode = bytes[start];
  if (typeCode === undefined) throw decodeError(start, 'the message ends within a value');
  if (typeCode === 0x00) {
    if (depth > MAX_NESTED_DESCRIPTORS) throw decodeError(start, 'descriptors are nested too deeply');
    return valueEnd(bytes, valueEnd(bytes, start + 1, depth + 1), depth + 1);
  }
  const end = start + 1 + encodedWidth(bytes, start + 1, typeCode);
  if (end > bytes.length) throw decodeError(start, 'the message ends within a value');
  return end;
}

const FIXED_WIDTHS = [0, 1, 2, 4, 8, 16];

function encodedWidth(bytes: Buffer, position: number, typeCode: number): number {
  const category = typeCode >> 4;
  const fixed = FIXED_WIDTHS[category - 4];
  if (fixed !== undefined) return fixed;
  if (category < 0xa) throw decodeError(position - 1, `unknown type code 0x${typeCode.toString(16)}`);
  const sizeWidth = category % 2 === 0 ? 1 : 4;
  if (position + sizeWidth > bytes.length) throw decodeError(position, 'the message ends within a value');
  return sizeWidth + (sizeWidth === 1 ? bytes.readUInt8(position) : bytes.readUInt32BE(position));
}

export function decodeError(position: number, what: string): AmqpError {
  return new AmqpError('amqp:decode-error', `The message is not valid AMQP at byte ${position}: ${what}.`);
}
