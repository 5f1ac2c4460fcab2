import { AmqpError } from './amqp-error.ts';
import type { AmqpSession } from './amqp-session.ts';
import { IncomingLink } from './incoming-link.ts';
import { ACCEPTED, type AttachFields } from './performatives.ts';
import type { QueueCore } from './queue-core.ts';
import { decodeBatch, decodeMessage, type StoredContent } from './stored-content.ts';

const PLAIN_FORMAT = 0;
const BATCH_FORMAT = 0x80013700;

/** A client's sender to a queue. */
export function openSenderLink(
  session: AmqpSession,
  attach: AttachFields,
  queue: QueueCore<StoredContent>,
): IncomingLink {
  if (queue.deadLetterQueue === undefined) {
    throw new AmqpError('amqp:not-allowed', 'Messages cannot be sent to a dead-letter queue.');
  }
  const { maxMessageBytes } = queue.settings;
  return new IncomingLink(session, attach, {
    maxMessageBytes,
    receive(message, format) {
      // Decoding all before enqueueing any makes a batch all-or-nothing.
      queue.enqueue(decodeFormat(message, format));
      return ACCEPTED;
    },
  });
}

function decodeFormat(message: Buffer, format: number) {
  if (format === PLAIN_FORMAT) return [decodeMessage(message)];
  if (format === BATCH_FORMAT) return decodeBatch(message);
  throw new AmqpError('amqp:not-implemented', `Message format 0x${format.toString(16)} is not known.`);
}
