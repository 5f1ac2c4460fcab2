import type { QueueCore } from './queue-core.ts';
import type { MessageDraft } from './queue-message.ts';
import type { QueueOptions } from './queue-options.ts';

export interface TopicOptions {
  readonly name: string;
  /** Each takes every message: there are no rules but the default one. The rest as of a queue. */
  readonly subscriptions: readonly QueueOptions[];
  readonly duplicateDetectionWindowMs?: number;
}

/** `topic/Subscriptions/name`, as clients address it. */
export function subscriptionName(topic: string, subscription: string): string {
  return `${topic}/Subscriptions/${subscription}`;
}

/**
 * Hands what becomes active in a topic to every subscription at once. A topic is a queue that nobody receives
 * from: scheduled messages wait in it, and its sequence numbers are those that subscriptions tell as enqueued
 * sequence numbers.
 */
export function fanOut<Content>(
  topic: QueueCore<Content>,
  subscriptions: readonly QueueCore<Content>[],
): void {
  let under = false;
  topic.listen({
    available() {
      // Taking a message announces the next one.
      if (under) return;
      under = true;
      for (let message = topic.take(); message !== undefined; message = topic.take()) {
        const draft: MessageDraft<Content> = {
          content: message.content,
          messageId: message.messageId,
          timeToLive: message.timeToLive,
          enqueuedSequenceNumber: message.sequenceNumber,
        };
        for (const subscription of subscriptions) subscription.enqueue([draft]);
      }
      under = false;
    },
  });
}
