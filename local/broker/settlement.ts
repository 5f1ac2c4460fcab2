import type { PropertyChanges, QueueMessage } from './queue-message.ts';

/** What a receiver decides about a locked message. */
export type Settlement =
  | { readonly outcome: 'complete' }
  /** Back to the queue, without counting as a delivery. */
  | { readonly outcome: 'release' }
  | { readonly outcome: 'abandon' | 'defer'; readonly changes?: PropertyChanges | undefined }
  | {
      readonly outcome: 'deadLetter';
      readonly reason?: string | undefined;
      readonly description?: string | undefined;
      readonly changes?: PropertyChanges | undefined;
    };

/** `lockLost`: nothing happened. `notAllowed`: a dead letter cannot be dead-lettered; its lock is gone. */
export type SettleResult = 'settled' | 'lockLost' | 'notAllowed';

export function changeProperties(message: QueueMessage<unknown>, changes: PropertyChanges | undefined): void {
  if (changes === undefined || changes.size === 0) return;
  message.propertyChanges = new Map([...(message.propertyChanges ?? []), ...changes]);
}

/**
 * The message as it enters the dead-letter queue, where it does not expire (Service Bus docs, "Overview of
 * dead-letter queues").
 */
export function asDeadLetter<Content>(
  message: QueueMessage<Content>,
  reason: string | undefined,
  description: string | undefined,
): QueueMessage<Content> {
  const deadLetter = { ...message, expiresAt: Number.POSITIVE_INFINITY, isDeferred: false };
  const changes = new Map<string, unknown>();
  if (reason !== undefined) changes.set('DeadLetterReason', reason);
  if (description !== undefined) changes.set('DeadLetterErrorDescription', description);
  changeProperties(deadLetter, changes);
  return deadLetter;
}
