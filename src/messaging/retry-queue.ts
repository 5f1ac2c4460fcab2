import type { Envelope } from './envelope.ts';

/** A copy of a message that is to come back later. */
export interface RetryCopy {
  readonly body: Uint8Array;
  readonly messageId: Envelope['messageId'];
  readonly contentType: Envelope['contentType'];
  readonly applicationProperties: Readonly<Record<string, string | number | boolean>>;
}

/** Puts copies back into the queue that the messages came from. Service Bus has no delayed redelivery of the message itself. */
export interface RetryQueue {
  /** Resolves once the queue has the copy; it becomes receivable at `at` (UTC epoch ms). Rejects when it cannot be sent. */
  schedule(copy: RetryCopy, at: number): Promise<void>;
  close(): Promise<void>;
}
