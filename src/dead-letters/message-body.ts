import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { bodyBytes } from '../messaging/envelope.ts';

export type BodyType = 'data' | 'sequence' | 'value';

/** The AMQP section that the body came in, and its content; several data sections are one run of bytes. */
export function readBody({ body, _rawAmqpMessage }: ServiceBusReceivedMessage): {
  body: unknown;
  bodyType: BodyType;
} {
  const { bodyType = 'data' } = _rawAmqpMessage;
  // rhea 3.0.5 hands several data sections over as an array, which the SDK would send back as JSON.
  if (bodyType === 'data' && Array.isArray(body)) return { body: Buffer.concat(body), bodyType };
  return { body, bodyType };
}

/** The body as bytes: those of the sender where it sent bytes. */
export function readBytes(message: ServiceBusReceivedMessage): Uint8Array {
  return bodyBytes(readBody(message).body);
}
