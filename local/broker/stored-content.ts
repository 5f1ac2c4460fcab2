import { randomUUID } from 'node:crypto';
import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import { SECTION, type Section, splitSections } from './message-sections.ts';
import type { MessageDraft } from './queue-message.ts';
import { type RawEntry, rawEntries } from './raw-map.ts';
import { amqpReader, encodeValues, types } from './rhea-types.ts';

/**
 * An AMQP message as the queue keeps it: what the broker adds to is decoded, the rest stays as the sender's
 * bytes.
 */
export interface StoredContent {
  readonly durable: boolean;
  readonly priority: number | undefined;
  /** The sender's annotations, one key and value each. */
  readonly annotations: readonly Buffer[];
  /** Section with a message id: the sender's, or one made here as Service Bus does. */
  readonly properties: Buffer;
  /** Section, known to hold a map. */
  readonly applicationProperties: Buffer | undefined;
  /** Body sections, then footer. */
  readonly body: Buffer;
}

const SCHEDULED_FOR = 'x-opt-scheduled-enqueue-time';
/** Written by the broker alone; a resent message may carry the ones of its former queue. */
const SERVER_ANNOTATIONS = new Set([
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
]);

/** Throws an AmqpError when the bytes are no AMQP message. */
export function decodeMessage(bytes: Buffer): MessageDraft<StoredContent> {
  // The copy lets go of the socket's whole read buffer.
  return orDecodeError(() => readSections(splitSections(Buffer.from(bytes))));
}

/** A batch (message format 0x80013700): each data section of the outer message holds one encoded message. */
export function decodeBatch(bytes: Buffer): MessageDraft<StoredContent>[] {
  return orDecodeError(() =>
    splitSections(bytes)
      .filter((section) => section.code === SECTION.data)
      .map((section) => decodeMessage(amqpReader(section.bytes).read().value as Buffer)),
  );
}

/** rhea's reader fails with whatever error its buffers throw. */
function orDecodeError<Result>(decode: () => Result): Result {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof AmqpError) throw cause;
    throw new AmqpError('amqp:decode-error', 'The message is not valid AMQP.', { cause });
  }
}

function readSections(sections: readonly Section[]): MessageDraft<StoredContent> {
  const find = (code: number) => sections.find((section) => section.code === code)?.bytes;
  const header = listOf(find(SECTION.header));
  const annotations = readAnnotations(find(SECTION.messageAnnotations));
  const applicationProperties = find(SECTION.applicationProperties);
  // Read only to be sure that a settlement can add a property later.
  rawEntries(applicationProperties);
  const { properties, messageId } = readProperties(find(SECTION.properties));
  const bodyCodes: number[] = [SECTION.data, SECTION.sequence, SECTION.value];
  const body = sections.filter((section) => bodyCodes.includes(section.code));
  // rhea writes the footer before the body.
  const footer = sections.filter((section) => section.code === SECTION.footer);
  return {
    content: {
      durable: header[0]?.value === true,
      priority: unsignedIn(header[1], 0xff),
      annotations: annotations.kept,
      properties,
      applicationProperties,
      body: joined([...body, ...footer]),
    },
    messageId,
    timeToLive: unsignedIn(header[2], 0xffff_ffff),
    scheduledFor: annotations.scheduledFor,
  };
}

function joined(sections: readonly Section[]): Buffer {
  const [first] = sections;
  if (first !== undefined && sections.length === 1) return first.bytes;
  return Buffer.concat(sections.map((section) => section.bytes));
}

function listOf(section: Buffer | undefined): Typed[] {
  return section === undefined ? [] : (amqpReader(section).read().value as Typed[]);
}

function readAnnotations(section: Buffer | undefined) {
  const entries = rawEntries(section).filter(({ key }) => !SERVER_ANNOTATIONS.has(key));
  const schedule = entries.find(({ key }) => key === SCHEDULED_FOR);
  return {
    kept: entries.map((entry) => entry.bytes),
    scheduledFor: schedule && timeIn(entryValue(schedule)),
  };
}

function entryValue(entry: RawEntry): Typed {
  const reader = amqpReader(entry.bytes);
  reader.read();
  return reader.read();
}

function readProperties(section: Buffer | undefined): { properties: Buffer; messageId: string } {
  const fields = listOf(section);
  const id: unknown = fields[0]?.value;
  if (section !== undefined && id !== null && id !== undefined) {
    return { properties: section, messageId: Buffer.isBuffer(id) ? id.toString('hex') : String(id) };
  }
  const messageId = randomUUID().replaceAll('-', '');
  const withId = [types.wrap_string(messageId), ...fields.slice(1)];
  return { properties: encodeValues(types.wrap_described(withId, SECTION.properties)), messageId };
}

/**
 * A header field whose type the sender may have got wrong: what could not be written again is refused now.
 */
function unsignedIn(field: Typed | undefined, max: number): number | undefined {
  const value: unknown = field?.value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new AmqpError(
    'amqp:decode-error',
    `A field of the message's header is not a number between 0 and ${max}.`,
  );
}

function timeIn({ value }: Typed): number | undefined {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : undefined;
}
