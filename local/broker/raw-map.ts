import { decodeError, valueEnd } from './message-sections.ts';
import { amqpReader } from './rhea-types.ts';

/**
 * Maps that are changed without decoding what stays: rhea 3.0.5 cannot write every value that it reads
 * (arrays, for one), and the AMQP types have to survive.
 */
export interface RawEntry {
  readonly key: string;
  /** Key and value as encoded by the sender. */
  readonly bytes: Buffer;
}

const MAP8 = 0xc1;
const MAP32 = 0xd1;

/** The entries of a section that holds a map; none when there is no section. */
export function rawEntries(section: Buffer | undefined): RawEntry[] {
  if (section === undefined) return [];
  const map = valueEnd(section, 1);
  const typeCode = section[map];
  if (typeCode !== MAP8 && typeCode !== MAP32) throw decodeError(map, 'expected a map');
  const entries: RawEntry[] = [];
  // After the type code come the size and the count of keys and values, one or four bytes each.
  let position = map + (typeCode === MAP8 ? 3 : 9);
  while (position < section.length) {
    const value = valueEnd(section, position);
    const end = valueEnd(section, value);
    const key = String(amqpReader(section.subarray(position, value)).read().value);
    entries.push({ key, bytes: section.subarray(position, end) });
    position = end;
  }
  return entries;
}

/** A section with a map, from entries whose bytes are one key and one value each. */
export function encodeMapSection(code: number, entries: readonly Buffer[]): Buffer {
  const map = Buffer.concat(entries);
  const head = Buffer.from([0x00, 0x53, code, MAP32, 0, 0, 0, 0, 0, 0, 0, 0]);
  const countBytes = 4;
  head.writeUInt32BE(map.length + countBytes, 4);
  head.writeUInt32BE(entries.length * 2, 8);
  return Buffer.concat([head, map]);
}
