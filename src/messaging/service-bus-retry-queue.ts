import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import type { Connection } from '../connection.ts';
import { Once } from '../once.ts';
import type { RetryQueue } from './retry-queue.ts';
import { openServiceBus } from './service-bus-connection.ts';

interface Opened {
  readonly client: ServiceBusClient;
  readonly sender: ServiceBusSender;
}

/**
 * Sends scheduled copies with `@azure/service-bus`, which is loaded and connected at the first copy: the good
 * path needs neither.
 */
export function createServiceBusRetryQueue(connection: Connection, queue: string): RetryQueue {
  const opened = new Once(async (): Promise<Opened> => {
    const client = await openServiceBus(connection);
    return { client, sender: client.createSender(queue) };
  });

  return {
    async schedule({ body, messageId, contentType, correlationId, subject, applicationProperties }, at) {
      const { sender } = await opened.get();
      await sender.sendMessages({
        // A Buffer goes out as one data section, byte for byte.
        body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        ...(messageId !== undefined && { messageId }),
        ...(contentType !== undefined && { contentType }),
        ...(correlationId !== undefined && { correlationId }),
        ...(subject !== undefined && { subject }),
        applicationProperties: { ...applicationProperties },
        scheduledEnqueueTimeUtc: new Date(at),
      });
    },
    async close() {
      await (await opened.current())?.client.close();
    },
  };
}
