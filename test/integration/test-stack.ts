import { ServiceBusClient, type ServiceBusMessage, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { peekAll } from '../../local/broker/peek-all.ts';
import { skippingClock } from '../../local/broker/skipping-clock.ts';
import { type AppOptions, type Stack, type StackOptions, startStack } from '../../local/stack.ts';

/** A line that the app logged. */
export type Line = Readonly<Record<string, unknown>>;

export interface TestStack extends Stack {
  /** Every JSON line that the apps logged, in order of arrival. */
  readonly lines: readonly Line[];
  /** All that the apps wrote, as text: for looking for what must not be there. */
  text(): string;
  send(...messages: ServiceBusMessage[]): Promise<void>;
  /** Resolves with the first line, past or coming, that the test takes; rejects after `timeoutMs` (default 15 s) with the latest lines. */
  line(test: (line: Line) => boolean, timeoutMs?: number): Promise<Line>;
  /** Resolves with the line that says how a message ended: completed or dead-lettered. Rejects as `line` does. */
  ended(messageId: string, timeoutMs?: number): Promise<Line>;
  /** Puts the broker's clock forward, so that scheduled copies come back at once. Locks run out by it as well. */
  skip(milliseconds: number): void;
  /** What lies in the dead-letter queue, by message id; it stays there. */
  deadLetters(): Promise<Map<string, ServiceBusReceivedMessage>>;
  /** A client of the official SDK, closed with the stack. */
  readonly client: ServiceBusClient;
}

export const QUEUE = 'assignments';

/** Is it the id of an echo, which the connector sends itself? */
export const isEcho = (messageId: string): boolean => messageId.startsWith('echo-');

export interface TestStackOptions extends Omit<StackOptions, 'apps' | 'clock'> {
  /** Processes of the connector to start; default one. */
  readonly processes?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the app; default: the built connector. */
  readonly directory?: string;
}

/**
 * The whole system on one queue, stopped when the test ends, or when `onEnd` has it. The app is the built bundle unless a directory
 * is given: `npm run bundle` comes before the tests.
 */
export async function startTestStack(
  options: TestStackOptions = {},
  onEnd: (stop: () => Promise<void>) => void = onTestFinished,
): Promise<TestStack> {
  const { processes = 1, env, directory, ...stackOptions } = options;
  const lines: Line[] = [];
  const text: string[] = [];
  const listeners = new Set<(line: Line) => void>();
  const app: AppOptions = {
    queue: QUEUE,
    ...(env && { env }),
    ...(directory !== undefined && { directory }),
    onLine(line, raw) {
      text.push(raw);
      if (!line) return;
      lines.push(line);
      for (const listener of listeners) listener(line);
    },
  };
  const clock = skippingClock();
  const apps = Array.from({ length: processes }, () => app);
  const stack = await startStack({ ...stackOptions, clock, apps });
  // A send whose connection was dropped waits for this time-out, 60 s by default, before it is tried again.
  const client = new ServiceBusClient(stack.broker.connectionString, {
    retryOptions: { timeoutInMs: 2_000, retryDelayInMs: 50 },
  });
  onEnd(async () => {
    await client.close().catch(() => undefined);
    await stack.stop();
  });
  const sender = client.createSender(QUEUE);

  const testStack: TestStack = {
    ...stack,
    broker: {
      ...stack.broker,
      // An echo is due minutes later: a message has ended although its user's echo still waits.
      waitUntilIdle: (name, timeoutMs, leftAside = isEcho) =>
        stack.broker.waitUntilIdle(name, timeoutMs, leftAside),
    },
    // One app starts like another: its lines belong to the same log.
    startApp: (more) => stack.startApp({ ...app, ...more }),
    client,
    lines,
    text: () => text.join('\n'),
    async send(...messages) {
      let batch = await sender.createMessageBatch();
      for (const message of messages) {
        if (batch.tryAddMessage(message)) continue;
        await sender.sendMessages(batch);
        batch = await sender.createMessageBatch();
        if (!batch.tryAddMessage(message)) throw new Error('A message is larger than the queue takes.');
      }
      await sender.sendMessages(batch);
    },
    line(test, timeoutMs = 15_000) {
      const past = lines.find(test);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const listener = (line: Line) => {
          if (!test(line)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(line);
        };
        const timer = setTimeout(() => {
          listeners.delete(listener);
          reject(
            new Error(`No such line within ${timeoutMs} ms. The latest:\n${text.slice(-10).join('\n')}`),
          );
        }, timeoutMs);
        listeners.add(listener);
      });
    },
    ended(messageId, timeoutMs) {
      const isEnd = ({ evt }: Line) => evt === 'message.completed' || evt === 'message.deadlettered';
      return testStack.line((line) => line.messageId === messageId && isEnd(line), timeoutMs);
    },
    skip: clock.skip,
    deadLetters: () => peekAll(stack.broker.connectionString, QUEUE, { subQueueType: 'deadLetter' }),
  };
  return testStack;
}
