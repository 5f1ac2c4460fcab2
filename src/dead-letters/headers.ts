import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { PROPERTY } from '../messaging/envelope.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

/** What stands for the reason of a message that was dead-lettered without one. */
const NO_REASON = '(none)';

/**
 * All that is shown of a dead letter beside its content. No value of a property that is not the connector's
 * own: it may be personal.
 */
export interface DeadLetterHeaders {
  readonly from: DeadLetterQueue['from'];
  /** Decimal text: on a partitioned queue the number does not fit a JavaScript number. */
  readonly sequenceNumber: string;
  /** ISO time; `undefined` when the broker did not say. */
  readonly enqueuedAt: string | undefined;
  readonly reason: string;
  readonly description: string | undefined;
  readonly messageId: string | undefined;
  readonly contentType: string | undefined;
  readonly deliveryCount: number;
  /** The connector's own properties: attempts, times, last error, replayed. */
  readonly connector: Readonly<Partial<Record<keyof typeof PROPERTY, string | number | boolean>>>;
  /** Names of the other application properties. */
  readonly otherProperties: readonly string[];
}

const OWN = new Map<string, keyof typeof PROPERTY>(
  Object.entries(PROPERTY).map(([key, name]) => [name, key as keyof typeof PROPERTY]),
);

/** Set by Service Bus when it dead-letters a message; not part of what was sent. */
export const DEAD_LETTER_PROPERTIES: readonly string[] = ['DeadLetterReason', 'DeadLetterErrorDescription'];

export function sequenceNumberOf(message: ServiceBusReceivedMessage): string {
  return message.sequenceNumber?.toString() ?? '0';
}

export function readHeaders(
  from: DeadLetterQueue['from'],
  message: ServiceBusReceivedMessage,
): DeadLetterHeaders {
  const { messageId, applicationProperties = {} } = message;
  const connector: Record<string, unknown> = {};
  const otherProperties: string[] = [];
  for (const [name, value] of Object.entries(applicationProperties)) {
    const own = OWN.get(name);
    if (own) connector[own] = value instanceof Date ? value.toISOString() : value;
    else if (!DEAD_LETTER_PROPERTIES.includes(name)) otherProperties.push(name);
  }
  return {
    from,
    sequenceNumber: sequenceNumberOf(message),
    enqueuedAt: message.enqueuedTimeUtc?.toISOString(),
    reason: message.deadLetterReason || NO_REASON,
    description: message.deadLetterErrorDescription,
    messageId: Buffer.isBuffer(messageId) ? messageId.toString('hex') : messageId?.toString(),
    contentType: message.contentType,
    deliveryCount: message.deliveryCount ?? 0,
    connector,
    otherProperties,
  };
}
