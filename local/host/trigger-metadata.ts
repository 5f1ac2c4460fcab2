import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from './core-types.ts';

/**
 * Turns a received message into what the real host sends to the worker: the input value and the trigger
 * metadata. The library makes the rest of it (parsing, first letters in lower case). Sources:
 * ServiceBusTriggerBindingStrategy.cs (Azure/azure-sdk-for-net), ToRpc in GrpcMessageConversionExtensions.cs
 * and ApplyBindingData in WorkerFunctionInvoker.cs (Azure/azure-functions-host).
 */
export function toInvocationData(
  message: ServiceBusReceivedMessage,
  dataType: string | undefined,
): { input: TypedData; triggerMetadata: Record<string, TypedData> } {
  const body = messageBytes(message);
  const triggerMetadata = messageMetadata(message);
  if (dataType === 'binary') return { input: { bytes: body }, triggerMetadata };
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  mergeBodyMembers(text, triggerMetadata);
  return { input: { string: text }, triggerMetadata };
}

function messageBytes(message: ServiceBusReceivedMessage): Buffer {
  // The receiver skips its own JSON parsing, so a data section arrives as bytes. Of another section the .NET client gives no body, and the
  // function is not called: MessageToByteArrayConverter.cs takes `ServiceBusReceivedMessage.Body`.
  if (message._rawAmqpMessage.bodyType === 'data' && Buffer.isBuffer(message.body)) return message.body;
  throw new Error(
    `The body of message ${message.messageId} is an AMQP ${message._rawAmqpMessage.bodyType} section; the trigger takes data sections only`,
  );
}

const NO_MEMBERS: TypedData = { json: '{}' };

/** .NET objects for functions that run inside the host; what JSON makes of them tells a worker nothing. */
const HANDLES: Readonly<Record<string, TypedData>> = {
  MessageReceiver: NO_MEMBERS,
  MessageSession: NO_MEMBERS,
  MessageActions: NO_MEMBERS,
  SessionActions: NO_MEMBERS,
  ReceiveActions: NO_MEMBERS,
  Client: {
    json: JSON.stringify({
      FullyQualifiedNamespace: 'localhost',
      IsClosed: false,
      TransportType: 0,
      Identifier: 'localhost',
    }),
  },
};

function messageMetadata(message: ServiceBusReceivedMessage): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = { ...HANDLES };
  const text = (name: string, value: unknown) => {
    if (value !== undefined && value !== null) metadata[name] = { string: String(value) };
  };
  const time = (name: string, value: Date | undefined) => {
    if (!value) return;
    const text = value.toISOString().slice(0, -1);
    // A .NET DateTime without, and a DateTimeOffset with its zone.
    metadata[`${name}Utc`] = { json: `"${text}"` };
    metadata[name] = { json: `"${text}+00:00"` };
  };
  // The .NET client counts this delivery too; the JavaScript client hands over the AMQP header as it is.
  metadata.DeliveryCount = { json: String((message.deliveryCount ?? 0) + 1) };
  text('DeadLetterSource', message.deadLetterSource);
  text('LockToken', message.lockToken);
  time('ExpiresAt', message.expiresAtUtc);
  time('EnqueuedTime', message.enqueuedTimeUtc);
  text('MessageId', message.messageId);
  text('ContentType', message.contentType);
  text('ReplyTo', message.replyTo);
  if (message.sequenceNumber) metadata.SequenceNumber = { json: message.sequenceNumber.toString() };
  text('To', message.to);
  text('Subject', message.subject);
  text('Label', message.subject);
  text('CorrelationId', message.correlationId);
  const properties = { json: JSON.stringify(message.applicationProperties ?? {}, toNewtonsoft) };
  metadata.ApplicationProperties = properties;
  metadata.UserProperties = properties;
  text('SessionId', message.sessionId);
  text('ReplyToSessionId', message.replyToSessionId);
  text('PartitionKey', message.partitionKey);
  return metadata;
}

/**
 * Application properties as .NET's JSON writer would put them: bytes as base64, 64-bit integers as numbers.
 */
function toNewtonsoft(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  if (Buffer.isBuffer(raw)) return raw.toString('base64');
  return typeof value === 'bigint' ? Number(value) : value;
}

/**
 * Trap: the top-level members of a JSON text body are laid over the metadata (names compared without case),
 * so a body's CorrelationId hides the message's. Arrays are left out, scalars become text. Not followed: .NET
 * rewrites date-like text in its own format.
 */
function mergeBodyMembers(text: string, metadata: Record<string, TypedData>): void {
  if (!/^\s*\{/.test(text)) return;
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text);
  } catch {
    return;
  }
  const names = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [member, value] of Object.entries(body)) {
    if (value === null || Array.isArray(value)) continue;
    const name = names.get(member.toLowerCase()) ?? member;
    if (typeof value === 'object') metadata[name] = { json: JSON.stringify(value) };
    else if (typeof value === 'boolean') metadata[name] = { string: value ? 'True' : 'False' };
    else metadata[name] = { string: String(value) };
  }
}
