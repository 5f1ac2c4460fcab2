import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import type { Connection } from '../connection.ts';
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
  let opening: Promise<Opened> | undefined;

  function open(): Promise<Opened> {
    opening ??= openServiceBus(connection)
      .then((client) => ({ client, sender: client.createSender(queue) }))
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return opening;
  }

  return {
    async schedule({ body, messageId, contentType, correlationId, subject, applicationProperties }, at) {
      const { sender } = await open();
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
      const opened = await opening?.catch(() => undefined);
      await opened?.client.close();
    },
  };
}
