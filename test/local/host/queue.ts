import {
  ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { receiveUpTo } from '../../receive-up-to.ts';

export interface TestQueue {
  readonly connectionString: string;
  send(...messages: ServiceBusMessage[]): Promise<void>;
  /** Everything in the dead-letter queue, by message id; completes it. */
  deadLetters(count: number): Promise<ServiceBusReceivedMessage[]>;
  /** A receiver of the main queue. */
  receiver(): ServiceBusReceiver;
  counts(): { active: number; locked: number; deferred: number; deadLetter: number };
  dropConnections(): void;
  /** Takes the broker away. */
  stopBroker(): Promise<void>;
}

/** A broker with the one queue `q`, and a client of the official SDK on it. */
export async function startQueue(
  options: { lockDurationMs?: number; maxDeliveryCount?: number } = {},
): Promise<TestQueue> {
  const broker = await startBroker({ queues: [{ name: 'q', ...options }] });
  // A send whose connection is lost waits for this time-out, 60 s by default, before it is tried again.
  const retryOptions = { timeoutInMs: 1000, retryDelayInMs: 50 };
  const client = new ServiceBusClient(broker.connectionString, { retryOptions });
  const sender = client.createSender('q');
  let stopped = false;
  const stopBroker = async () => {
    if (stopped) return;
    stopped = true;
    await client.close();
    await broker.stop();
  };
  onTestFinished(stopBroker);

  return {
    connectionString: broker.connectionString,
    async send(...messages) {
      for (let i = 0; i < messages.length; i += 500) await sender.sendMessages(messages.slice(i, i + 500));
    },
    async deadLetters(count) {
      const receiver = client.createReceiver('q', {
        subQueueType: 'deadLetter',
        receiveMode: 'receiveAndDelete',
      });
      const received = await receiveUpTo(receiver, count, 5_000);
      await receiver.close();
      return received;
    },
    receiver: () => client.createReceiver('q'),
    counts: () => broker.counts('q'),
    dropConnections: () => broker.dropConnections(),
    stopBroker,
  };
}

/** App code with a queue function `sync` whose handler is `body`; `settlement`, `context` and `message` are in scope. */
export function queueFunction(body: string, options = ''): string {
  return `
    import { createSettlement } from './src/messaging/settlement.ts';
    const settlement = createSettlement();
    app.serviceBusQueue('sync', {
      connection: 'SB',
      queueName: '%QUEUE%',
      dataType: 'binary',
      ${options}
      handler: async (message, context) => { const { lockToken, deliveryCount } = context.triggerMetadata; ${body} },
    });`;
}
