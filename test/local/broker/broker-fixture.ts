import {
  type ServiceBusClient as Client,
  ServiceBusClient,
  type ServiceBusReceivedMessage,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import {
  type Broker,
  type BrokerOptions,
  type QueueOptions,
  startBroker,
} from '../../../local/broker/broker.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

export interface BrokerFixture {
  broker: Broker;
  clock: FakeClock;
  client: Client;
}

/** A broker with the queue `q` on a clock moved by hand, and the official SDK connected to it; both end with the test. */
export async function brokerFixture(
  queue: Partial<QueueOptions> = {},
  options: Partial<BrokerOptions> = {},
): Promise<BrokerFixture> {
  // The SDK reads the wall clock to renew locks and to sign tokens, so this clock starts there.
  const clock = fakeClock(Date.now());
  const broker = await startBroker({ clock, ...options, queues: [{ name: 'q', ...queue }] });
  const client = connect(broker);
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });
  return { broker, clock, client };
}

/** A client that reports a failure at once instead of trying again. */
export function connect(broker: Broker): Client {
  return new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 5000 },
  });
}

/** One message, or an error that the test can show. */
export async function receiveOne(receiver: {
  receiveMessages(count: number, options: object): Promise<ServiceBusReceivedMessage[]>;
}): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2000 });
  if (message === undefined) throw new Error('No message came within two seconds.');
  return message;
}

/** The failure of a call that should fail: the SDK's error code, and the text. */
export async function failureOf(call: Promise<unknown>): Promise<{ code: unknown; message: string }> {
  try {
    await call;
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error];
    return { code: first?.code, message: String(first?.message) };
  }
  throw new Error('The call should have failed.');
}
