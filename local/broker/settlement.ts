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

export function deadLetterProperties(reason?: string, description?: string): PropertyChanges {
  const changes = new Map<string, unknown>();
  if (reason !== undefined) changes.set('DeadLetterReason', reason);
  if (description !== undefined) changes.set('DeadLetterErrorDescription', description);
  return changes;
}
