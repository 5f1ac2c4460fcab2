import type { Envelope } from './envelope.ts';

/** What AMQP application properties may hold, as far as JSON can say it. */
export type PlainProperties = Readonly<Record<string, string | number | boolean | null>>;

/** A copy of a message that is to come back later. */
export interface RetryCopy extends Pick<Envelope, 'messageId' | 'contentType' | 'correlationId' | 'subject'> {
  readonly body: Uint8Array;
  readonly applicationProperties: PlainProperties;
}

/**
 * Puts copies back into the queue that the messages came from. Service Bus has no delayed redelivery of the
 * message itself.
 */
export interface RetryQueue {
  /**
   * Resolves once the queue has the copy; it becomes receivable at `at` (UTC epoch ms). Rejects when it
   * cannot be sent.
   */
  schedule(copy: RetryCopy, at: number): Promise<void>;
  close(): Promise<void>;
}
