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
  const failures: unknown[] = [];

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
      // One that the queue does not take is lost, as a job of Dataverse that failed; those behind it go on.
      last = last.then(() => send(message)).catch((error) => void failures.push(error));
    },
    async sent() {
      await last;
      if (failures.length > 0) throw failures[0];
    },
    close: () => client.close(),
  };
}
