import { isDeepStrictEqual } from 'node:util';
import {
  type RetryOptions,
  ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { type Broker, type QueueOptions, startBroker } from '../../local/broker/broker.ts';
import { type DeadLetters, deadLettersOf, readDeadLetters } from '../../src/dead-letters/dead-letters.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';

export interface DeadLetterDraft extends ServiceBusMessage {
  readonly reason?: string;
  readonly description?: string;
}

export interface Fixture {
  readonly broker: Broker;
  /** The test's own. */
  readonly client: ServiceBusClient;
  /** The dead letters as the commands open them, with a client of their own. */
  open(): DeadLetters;
  /** Sends the messages to the queue and dead-letters them, in this order. */
  deadLetter(drafts: readonly DeadLetterDraft[]): Promise<void>;
  /** Takes what lies in the queue now. */
  takeQueue(): Promise<ServiceBusReceivedMessage[]>;
  /** What lies in the dead-letter queue, untouched. */
  peekDeadLetters(): Promise<ServiceBusReceivedMessage[]>;
}

export const QUEUE = 'assignments';

const SETTLED_TOGETHER = 50;

/** Short: an operation whose connection is lost waits for this long before it is tried again. */
const RETRY: RetryOptions = { maxRetries: 1, retryDelayInMs: 50, timeoutInMs: 600 };

export const mapping = loadMapping('resource-assignment');

export async function startFixture(queue: Omit<QueueOptions, 'name'> = {}): Promise<Fixture> {
  const broker = await startBroker({ queues: [{ ...queue, name: QUEUE }] });
  const clients: ServiceBusClient[] = [];
  const connect = () => {
    const client = new ServiceBusClient(broker.connectionString, { retryOptions: RETRY });
    clients.push(client);
    return client;
  };
  onTestFinished(async () => {
    await Promise.allSettled(clients.map((client) => client.close()));
    await broker.stop();
  });
  const own = connect();

  async function deadLetter(drafts: readonly DeadLetterDraft[]): Promise<void> {
    const sender = own.createSender(QUEUE);
    const receiver = own.createReceiver(QUEUE, { skipParsingBodyAsJson: true });
    for (let from = 0; from < drafts.length; from += 500) {
      const chunk = drafts.slice(from, from + 500);
      // The messages of a batch must fit the queue together; one that fills it goes alone.
      let batch = await sender.createMessageBatch();
      for (const draft of chunk) {
        if (batch.tryAddMessage(draft)) continue;
        if (batch.count > 0) await sender.sendMessages(batch);
        await sender.sendMessages(draft);
        batch = await sender.createMessageBatch();
      }
      if (batch.count > 0) await sender.sendMessages(batch);
      const received: ServiceBusReceivedMessage[] = [];
      while (received.length < chunk.length)
        received.push(...(await receiver.receiveMessages(chunk.length - received.length)));
      const endings = chunk.map(({ reason = 'NotJson', description = 'Send JSON.' }) => ({
        deadLetterReason: reason,
        deadLetterErrorDescription: description,
      }));
      for (let i = 0; i < received.length; ) {
        // rhea sends neighbours of one tick as one disposition, with the reason of the first: only those of one reason go together.
        const alike = endings.findIndex((one, j) => j > i && !isDeepStrictEqual(one, endings[i]));
        const end = Math.min(alike < 0 ? received.length : alike, i + SETTLED_TOGETHER);
        const run = received.slice(i, end);
        await Promise.all(run.map((message) => receiver.deadLetterMessage(message, endings[i])));
        i = end;
      }
    }
    await receiver.close();
  }

  return {
    broker,
    client: own,
    open: () => deadLettersOf(connect(), { kind: 'queue', queue: QUEUE }, mapping),
    deadLetter,
    async takeQueue() {
      const receiver = own.createReceiver(QUEUE, {
        receiveMode: 'receiveAndDelete',
        skipParsingBodyAsJson: true,
      });
      const taken: ServiceBusReceivedMessage[] = [];
      while (broker.counts(QUEUE).active > 0)
        taken.push(...(await receiver.receiveMessages(broker.counts(QUEUE).active)));
      await receiver.close();
      return taken;
    },
    async peekDeadLetters() {
      const found: ServiceBusReceivedMessage[] = [];
      const fresh = deadLettersOf(connect(), { kind: 'queue', queue: QUEUE }, mapping);
      for await (const { message } of readDeadLetters(fresh, {})) found.push(message);
      return found;
    },
  };
}

/** `count` small messages named `m0`, `m1` and so on. */
export function drafts(count: number, draft: (i: number) => DeadLetterDraft = () => ({ body: 'x' })) {
  return Array.from({ length: count }, (_, i) => ({ messageId: `m${i}`, ...draft(i) }));
}

export function ids(messages: readonly ServiceBusReceivedMessage[]): string[] {
  return messages.map(({ messageId }) => String(messageId));
}
