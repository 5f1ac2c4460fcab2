import { SECTION } from './message-sections.ts';
import type { PropertyChanges, QueueMessage } from './queue-message.ts';
import { encodeMapSection, rawEntries } from './raw-map.ts';
import { encodeValues, types } from './rhea-types.ts';
import type { StoredContent } from './stored-content.ts';

/** Values of `x-opt-message-state`. A message that was once scheduled says so for ever, as on Service Bus. */
const STATE = { active: 0, deferred: 1, scheduled: 2 };

const KEYS = {
  sequenceNumber: types.wrap_symbol('x-opt-sequence-number'),
  enqueuedSequenceNumber: types.wrap_symbol('x-opt-enqueue-sequence-number'),
  enqueuedTime: types.wrap_symbol('x-opt-enqueued-time'),
  lockedUntil: types.wrap_symbol('x-opt-locked-until'),
  state: types.wrap_symbol('x-opt-message-state'),
};

/** The message as a receiver gets it: the sender's bytes with the broker's header fields and annotations. */
export function encodeDelivery(message: Readonly<QueueMessage<StoredContent>>): Buffer {
  const { content } = message;
  return Buffer.concat([
    header(message),
    annotations(message),
    content.properties,
    applicationProperties(content.applicationProperties, message.propertyChanges),
    content.body,
  ]);
}

function header({ content, timeToLive, deliveryCount }: Readonly<QueueMessage<StoredContent>>): Buffer {
  const fields = [
    content.durable,
    content.priority === undefined ? null : types.wrap_ubyte(content.priority),
    // An unsigned 32-bit field: longer than 49 days cannot be told.
    timeToLive > 0xffff_ffff ? null : types.wrap_uint(timeToLive),
    false,
    types.wrap_uint(deliveryCount),
  ];
  return encodeValues(types.wrap_described(fields, SECTION.header));
}

function annotations(message: Readonly<QueueMessage<StoredContent>>): Buffer {
  const entries = [
    encodeValues(KEYS.sequenceNumber, types.wrap_long(message.sequenceNumber)),
    encodeValues(KEYS.enqueuedSequenceNumber, types.wrap_long(message.enqueuedSequenceNumber)),
    encodeValues(KEYS.enqueuedTime, types.wrap_timestamp(message.enqueuedTime)),
    encodeValues(KEYS.state, types.wrap_int(state(message))),
    ...message.content.annotations,
  ];
  if (message.lock !== undefined) {
    entries.push(encodeValues(KEYS.lockedUntil, types.wrap_timestamp(message.lock.lockedUntil)));
  }
  return encodeMapSection(SECTION.messageAnnotations, entries);
}

function state(message: Readonly<QueueMessage<StoredContent>>): number {
  if (message.isDeferred) return STATE.deferred;
  return message.scheduledFor === undefined ? STATE.active : STATE.scheduled;
}

const NOTHING = Buffer.alloc(0);

function applicationProperties(sent: Buffer | undefined, changes: PropertyChanges | undefined): Buffer {
  if (changes === undefined) return sent ?? NOTHING;
  const merged = new Map(rawEntries(sent).map((entry) => [entry.key, entry.bytes]));
  for (const [key, value] of changes) {
    merged.set(key, encodeValues(types.wrap_string(key), types.wrap(value)));
  }
  return encodeMapSection(SECTION.applicationProperties, [...merged.values()]);
}
