import { fileURLToPath } from 'node:url';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { type Broker, startBroker } from '../../local/broker/broker.ts';
import { type CorSandbox, startCorSandbox } from '../../local/cor/sandbox.ts';
import type { CorSwitchInput } from '../../local/cor/switches.ts';
import { STORY_DAY } from '../../local/events/story-day.ts';
import type { FloorOptions } from '../processes/floor.ts';
import { type BenchProcess, startProcess } from '../processes/start-process.ts';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface AppOptions {
  readonly queue: string;
  /** Default: the connector itself, which `npm run bundle` has built. */
  readonly appDirectory?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Broker, COR sandbox and sender in this process; what is measured runs in processes of its own. So there are two busy processes for two
 * cores, and both sides of a comparison talk to the same other one.
 */
export interface System {
  readonly broker: Broker;
  readonly cor: CorSandbox;
  startApp(options: AppOptions): Promise<BenchProcess<undefined>>;
  startFloor(options: Omit<FloorOptions, 'connectionString' | 'cor'>): Promise<BenchProcess<undefined>>;
  /** Makes messages appear in a queue all at once; resolves with the seconds from then until the last one is completed. */
  process(queue: string, messages: readonly ServiceBusMessage[]): Promise<number>;
  /** Sends messages as they are; resolves when the last one is completed. */
  drain(queue: string, messages: readonly ServiceBusMessage[]): Promise<void>;
  stop(): Promise<void>;
}

/** Sending a message takes 0.1 ms on two quiet cores, and more before the engine has warmed up. */
const FIRST_SENDING_MS = 1;
const LEAST_WAIT_MS = 150;
const BATCH = 100;

export async function startSystem(queues: readonly string[], switches: CorSwitchInput = {}): Promise<System> {
  const [broker, cor] = await Promise.all([
    startBroker({ queues: queues.map((name) => ({ name, maxMessageBytes: 16 * 1024 * 1024 })) }),
    startCorSandbox({ switches: { unknownIds: 'accept', ...switches } }),
  ]);
  const client = new ServiceBusClient(broker.connectionString);
  const senders = new Map(queues.map((queue) => [queue, client.createSender(queue)]));
  const processes: BenchProcess<undefined>[] = [];
  const { baseUrl, tokenUrl, apiKey, clientSecret } = cor;
  let sendingMs = FIRST_SENDING_MS;

  async function started(process: Promise<BenchProcess<undefined>>): Promise<BenchProcess<undefined>> {
    processes.push(await process);
    return process;
  }

  async function send(queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
    const sender = senders.get(queue);
    if (!sender) throw new Error(`There is no queue ${queue}.`);
    const batches: Promise<void>[] = [];
    for (let from = 0; from < messages.length; from += BATCH)
      batches.push(sender.sendMessages(messages.slice(from, from + BATCH)));
    await Promise.all(batches);
  }

  function allCompleted(queue: string, count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let left = count;
      const stopListening = broker.onSettled((settled) => {
        if (settled.queue !== queue) return;
        left -= 1;
        const failed = settled.outcome !== 'completed';
        if (!failed && left > 0) return;
        stopListening();
        if (failed)
          reject(new Error(`A message of ${queue} was not completed: ${settled.reason ?? settled.outcome}`));
        else resolve(Date.now());
      });
    });
  }

  return {
    broker,
    cor,
    startApp: ({ queue, appDirectory = PROJECT, env }) =>
      started(
        startProcess(
          './app.ts',
          { appDirectory },
          {
            ServiceBusConnection: broker.connectionString,
            ServiceBusQueueName: queue,
            COR_BASE_URL: baseUrl,
            COR_TOKEN_URL: tokenUrl,
            COR_API_KEY: apiKey,
            COR_CLIENT_SECRET: clientSecret,
            COR_TODAY: STORY_DAY,
            LedgerStorage: 'memory',
            AzureWebJobsStorage: '',
            ...env,
          },
        ),
      ),
    startFloor: (options) =>
      started(
        startProcess('./floor.ts', {
          ...options,
          connectionString: broker.connectionString,
          cor: { baseUrl, tokenUrl, apiKey, clientSecret },
        }),
      ),
    async process(queue, messages) {
      const completed = allCompleted(queue, messages.length);
      const startedAt = Date.now();
      const appearAt = startedAt + LEAST_WAIT_MS + messages.length * sendingMs * 1.5;
      await send(
        queue,
        messages.map((message) => ({ ...message, scheduledEnqueueTimeUtc: new Date(appearAt) })),
      );
      const late = Date.now() - appearAt;
      sendingMs = (Date.now() - startedAt) / messages.length;
      if (late > 0)
        console.error(`  (messages were ${late} ms late: something else keeps this machine busy)`);
      return ((await completed) - appearAt) / 1000;
    },
    async drain(queue, messages) {
      const completed = allCompleted(queue, messages.length);
      await send(queue, messages);
      await completed;
    },
    async stop() {
      await Promise.allSettled(processes.map((process) => process.stop()));
      await client.close().catch(() => undefined);
      await Promise.allSettled([broker.stop(), cor.stop()]);
    },
  };
}
