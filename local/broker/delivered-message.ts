import type { Typed } from 'rhea';
import { SECTION } from './message-sections.ts';
import type { PropertyChanges, QueueMessage } from './queue-message.ts';
import { amqpReader, encodeValues, typedMap, types } from './rhea-types.ts';
import type { StoredContent } from './stored-content.ts';

/** Values of `x-opt-message-state`. A message that was once scheduled says so for ever, as on Service Bus. */
const STATE = { active: 0, deferred: 1, scheduled: 2 };

const KEYS = {
  sequenceNumber: types.wrap_symbol('x-opt-sequence-number'),
  enqueuedSequenceNumber: types.wrap_symbol('x-opt-enqueue-sequence-number'),
  enqueuedTime: types.wrap_symbol('x-opt-enqueued-time'),
  lockedUntil: types.wrap_symbol('x-opt-locked-until'),
  state: types.wrap_symbol('x-opt-message-state'),
  deadLetterSource: types.wrap_symbol('x-opt-deadletter-source'),
};

/** The message as a receiver gets it: the sender's bytes with the broker's header fields and annotations. */
export function encodeDelivery(message: Readonly<QueueMessage<StoredContent>>): Buffer {
  const { content } = message;
  return Buffer.concat([
    encodeValues(header(message), annotations(message)),
    content.properties,
    applicationProperties(content.applicationProperties, message.propertyChanges),
    content.body,
  ]);
}

function header(message: Readonly<QueueMessage<StoredContent>>): Typed {
  const { durable, priority } = message.content;
  // An unsigned 32-bit field: longer than 49 days cannot be told.
  const timeToLive = message.timeToLive > 0xffff_ffff ? null : types.wrap_uint(message.timeToLive);
  const deliveryCount = types.wrap_uint(message.deliveryCount);
  return types.wrap_described([durable, priority, timeToLive, false, deliveryCount], SECTION.header);
}

function annotations(message: Readonly<QueueMessage<StoredContent>>): Typed {
  const entries = [
    ...message.content.annotations,
    ...[KEYS.sequenceNumber, types.wrap_long(message.sequenceNumber)],
    ...[KEYS.enqueuedSequenceNumber, types.wrap_long(message.enqueuedSequenceNumber)],
    ...[KEYS.enqueuedTime, types.wrap_timestamp(message.enqueuedTime)],
    ...[KEYS.state, types.wrap_int(state(message))],
  ];
  if (message.lock !== undefined) {
    entries.push(KEYS.lockedUntil, types.wrap_timestamp(message.lock.lockedUntil));
  }
  if (message.deadLetterSource !== undefined) {
    entries.push(KEYS.deadLetterSource, types.wrap_string(message.deadLetterSource));
  }
  return types.wrap_described(typedMap(entries), SECTION.messageAnnotations);
}

function state(message: Readonly<QueueMessage<StoredContent>>): number {
  if (message.isDeferred) return STATE.deferred;
  return message.scheduledFor === undefined ? STATE.active : STATE.scheduled;
}

const NOTHING = Buffer.alloc(0);

function applicationProperties(sent: Buffer | undefined, changes: PropertyChanges | undefined): Buffer {
  if (changes === undefined) return sent ?? NOTHING;
  const entries = sent === undefined ? [] : (amqpReader(sent).read().value as Typed[]);
  const merged = new Map<unknown, [Typed, Typed]>();
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const [key, value] = [entries[index], entries[index + 1]];
    if (key !== undefined && value !== undefined) merged.set(key.value, [key, value]);
  }
  for (const [key, value] of changes) merged.set(key, [types.wrap_string(key), types.wrap(value)]);
  const map = typedMap([...merged.values()].flat());
  return encodeValues(types.wrap_described(map, SECTION.applicationProperties));
}
