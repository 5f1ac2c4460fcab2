import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { PROPERTY } from '../messaging/envelope.ts';
import { asSequenceNumber } from '../sequence-number.ts';
import { DEAD_LETTER_PROPERTIES } from './headers.ts';
import { readBody } from './message-body.ts';

/** A message by its AMQP sections: the plain form of the SDK can send bytes only. */
export type AmqpMessage = ServiceBusReceivedMessage['_rawAmqpMessage'];

/**
 * The dead letter gets its whole retry window anew. When it first came stays: what came after it is still
 * newer.
 */
const FORGOTTEN: ReadonlySet<string> = new Set([
  ...DEAD_LETTER_PROPERTIES,
  PROPERTY.attempt,
  PROPERTY.firstFailedAt,
  PROPERTY.unmappedSince,
  PROPERTY.unconfirmed,
  PROPERTY.askedMs,
  PROPERTY.lastError,
]);

/**
 * Where and when the message first came to the app: with the number and time that the trigger told, which a
 * dead letter keeps. Of a message from a subscription `enqueuedSequenceNumber` is the topic's own count,
 * which the app never sees and nothing compares with.
 */
function firstEntry({ sequenceNumber, enqueuedTimeUtc }: ServiceBusReceivedMessage) {
  return {
    [PROPERTY.firstSequenceNumber]: asSequenceNumber(sequenceNumber?.toString()) ?? 0,
    ...(enqueuedTimeUtc && { [PROPERTY.firstEnqueuedAt]: enqueuedTimeUtc.toISOString() }),
  };
}

/** What is sent to have a dead letter handled again: what its sender sent, marked as replayed. */
export function replayCopy(message: ServiceBusReceivedMessage): AmqpMessage {
  const { messageId, contentType, correlationId, subject, applicationProperties = {} } = message;
  const kept = Object.entries(applicationProperties).filter(([name]) => !FORGOTTEN.has(name));
  return {
    ...readBody(message),
    properties: {
      ...(messageId !== undefined && { messageId }),
      ...(contentType !== undefined && { contentType }),
      ...(correlationId !== undefined && { correlationId }),
      ...(subject !== undefined && { subject }),
    },
    applicationProperties: {
      ...firstEntry(message),
      ...Object.fromEntries(kept),
      [PROPERTY.replayed]: true,
    },
  };
}
