import { ServiceBusClient, type ServiceBusSender } from '@azure/service-bus';
import type { PostedMessage } from './post-event.ts';

/** Sends what the steps post to the queues that they name. */
export interface QueuePoster {
  /** For `onMessage`: returns at once; the messages arrive in the order of the changes. */
  readonly post: (message: PostedMessage) => void;
  /** Resolves when everything that was posted is in its queue; rejects with the first failure. */
  sent(): Promise<void>;
  close(): Promise<void>;
}

export function createQueuePoster(connectionString: string): QueuePoster {
  const client = new ServiceBusClient(connectionString);
  const senders = new Map<string, ServiceBusSender>();
  let last: Promise<void> = Promise.resolve();

  async function send(message: PostedMessage): Promise<void> {
    const { queue, body, contentType, messageId, applicationProperties } = message;
    const sender = senders.get(queue) ?? client.createSender(queue);
    senders.set(queue, sender);
    await sender.sendMessages({
      body,
      contentType,
      messageId,
      applicationProperties: { ...applicationProperties },
    });
  }

  return {
    post(message) {
      last = last.then(() => send(message));
      // Whoever asks `sent` hears of a failure.
      last.catch(() => {});
    },
    sent: () => last,
    close: () => client.close(),
  };
}
