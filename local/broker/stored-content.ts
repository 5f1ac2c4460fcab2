import { randomUUID } from 'node:crypto';
import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import { SECTION, type Section, splitSections } from './message-sections.ts';
import type { MessageDraft } from './queue-message.ts';
import { amqpReader, encodeValues, types } from './rhea-types.ts';

/** An AMQP message as the queue keeps it: what the broker adds to is decoded, the rest stays as the sender's bytes. */
export interface StoredContent {
  readonly durable: Typed | undefined;
  readonly priority: Typed | undefined;
  /** Keys and values in turn. */
  readonly annotations: readonly Typed[];
  /** Section with a message id: the sender's, or one made here as Service Bus does. */
  readonly properties: Buffer;
  readonly applicationProperties: Buffer | undefined;
  /** Body sections, then footer. */
  readonly body: Buffer;
}

const NO_ANNOTATIONS: readonly Typed[] = [];
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
  try {
    // The copy lets go of the socket's whole read buffer.
    return readSections(splitSections(Buffer.from(bytes)));
  } catch (cause) {
    if (cause instanceof AmqpError) throw cause;
    throw new AmqpError('amqp:decode-error', 'The message is not valid AMQP.', { cause });
  }
}

/** A batch (message format 0x80013700): each data section of the outer message holds one encoded message. */
export function decodeBatch(bytes: Buffer): MessageDraft<StoredContent>[] {
  return splitSections(bytes)
    .filter((section) => section.code === SECTION.data)
    .map((section) => decodeMessage(amqpReader(section.bytes).read().value as Buffer));
}

function readSections(sections: readonly Section[]): MessageDraft<StoredContent> {
  const find = (code: number) => sections.find((section) => section.code === code)?.bytes;
  const header = listOf(find(SECTION.header));
  const annotations = readAnnotations(find(SECTION.messageAnnotations));
  const { properties, messageId } = readProperties(find(SECTION.properties));
  const bodyCodes: number[] = [SECTION.data, SECTION.sequence, SECTION.value];
  const body = sections.filter((section) => bodyCodes.includes(section.code));
  // rhea writes the footer before the body.
  const footer = sections.filter((section) => section.code === SECTION.footer);
  return {
    content: {
      durable: header[0],
      priority: header[1],
      annotations: annotations.kept,
      properties,
      applicationProperties: checkedMap(find(SECTION.applicationProperties)),
      body: joined([...body, ...footer]),
    },
    messageId,
    timeToLive: numberIn(header[2]),
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

/** Decoded only to be sure that it can be, when a settlement adds a property. */
function checkedMap(section: Buffer | undefined): Buffer | undefined {
  if (section === undefined || types.is_map(amqpReader(section).read())) return section;
  throw new AmqpError('amqp:decode-error', 'The application properties of the message are not a map.');
}

function readAnnotations(section: Buffer | undefined) {
  const entries = listOf(section);
  if (entries.length === 0) return { kept: NO_ANNOTATIONS, scheduledFor: undefined };
  const kept: Typed[] = [];
  let scheduledFor: number | undefined;
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const [key, value] = [entries[index], entries[index + 1]];
    if (key === undefined || value === undefined || SERVER_ANNOTATIONS.has(String(key.value))) continue;
    if (key.value === SCHEDULED_FOR) scheduledFor = timeIn(value);
    kept.push(key, value);
  }
  return { kept, scheduledFor };
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

function numberIn(field: Typed | undefined): number | undefined {
  return typeof field?.value === 'number' ? field.value : undefined;
}

function timeIn(value: Typed): number | undefined {
  return value.value instanceof Date ? value.value.getTime() : numberIn(value);
}
