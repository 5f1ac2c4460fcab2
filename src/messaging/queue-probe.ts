import type { ServiceBusClient, ServiceBusReceiver } from '@azure/service-bus';
import type { Settings } from '../settings.ts';
import { openServiceBus } from './service-bus-connection.ts';

/**
 * Looks whether the queue (and in topic form the subscription) can be reached, over one connection for all
 * looks.
 */
export interface QueueProbe {
  /**
   * Resolves when it can be; rejects with the SDK's error. While one look is under way, others wait for it.
   */
  check(): Promise<undefined>;
  close(): Promise<void>;
}

interface Opened {
  readonly client: ServiceBusClient;
  readonly receivers: readonly ServiceBusReceiver[];
}

/**
 * A client for each look would leave its sockets behind for as long as Service Bus is mute: the SDK's own
 * tries go on after whoever waited has gone.
 */
export function createQueueProbe({
  serviceBus,
  source,
}: Pick<Settings, 'serviceBus' | 'source'>): QueueProbe {
  let opened: Opened | undefined;
  let underWay: Promise<undefined> | undefined;

  async function open(): Promise<Opened> {
    const client = await openServiceBus(serviceBus);
    const receivers = [
      client.createReceiver(source.queue),
      ...(source.kind === 'topic' ? [client.createReceiver(source.topic, source.subscription)] : []),
    ];
    return { client, receivers };
  }

  async function look(): Promise<undefined> {
    opened ??= await open();
    await Promise.all(opened.receivers.map((receiver) => receiver.peekMessages(1)));
    return undefined;
  }

  return {
    check() {
      underWay ??= look().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    async close() {
      await opened?.client.close();
    },
  };
}
