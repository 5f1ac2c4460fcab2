import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { PROPERTY } from '../messaging/envelope.ts';
import { DEAD_LETTER_PROPERTIES } from './headers.ts';
import { readBody } from './message-body.ts';

/** A message by its AMQP sections: the plain form of the SDK can send bytes only. */
export type AmqpMessage = ServiceBusReceivedMessage['_rawAmqpMessage'];

/** The dead letter starts its life anew: with the whole retry window, and without the time it lay here counted as lag. */
const FORGOTTEN: ReadonlySet<string> = new Set([
  ...DEAD_LETTER_PROPERTIES,
  PROPERTY.attempt,
  PROPERTY.firstFailedAt,
  PROPERTY.unmappedSince,
  PROPERTY.unconfirmed,
  PROPERTY.askedMs,
  PROPERTY.firstEnqueuedAt,
  PROPERTY.lastError,
]);

/**
 * The number under which the message first entered the queue. Service Bus documents `EnqueuedSequenceNumber` as the one of the original
 * submission for messages that it moved on; 0 or absent when it did not.
 */
function firstSequenceNumber({ enqueuedSequenceNumber, sequenceNumber }: ServiceBusReceivedMessage): number {
  return enqueuedSequenceNumber && Number.isSafeInteger(enqueuedSequenceNumber)
    ? enqueuedSequenceNumber
    : (sequenceNumber?.toNumber() ?? 0);
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
      [PROPERTY.firstSequenceNumber]: firstSequenceNumber(message),
      ...Object.fromEntries(kept),
      [PROPERTY.replayed]: true,
    },
  };
}
