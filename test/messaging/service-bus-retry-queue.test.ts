import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../local/broker/broker.ts';
import type { QueueOptions } from '../../local/broker/queue-options.ts';
import { serviceBusFailure } from '../../src/messaging/service-bus-failure.ts';
import { createServiceBusRetryQueue } from '../../src/messaging/service-bus-retry-queue.ts';

const QUEUE = 'assignments';
const COPY = {
  body: Buffer.from([0x7b, 0x0a, 0xff, 0x00, 0x7d]),
  messageId: 'm-1',
  contentType: 'application/msbin1',
  correlationId: 'c-1',
  subject: 's-1',
  applicationProperties: {
    'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': 'Create',
    corAttempt: 3,
    share: 12.5,
    truth: true,
    nothing: null,
  },
};

async function startQueue(queue = QUEUE, options: Partial<QueueOptions> = {}) {
  const broker = await startBroker({ queues: [{ name: QUEUE, ...options }] });
  const { connectionString } = broker;
  const retries = createServiceBusRetryQueue({ connectionString }, queue);
  const client = new ServiceBusClient(connectionString);
  onTestFinished(async () => {
    await Promise.allSettled([retries.close(), client.close()]);
    await broker.stop();
  });
  return { broker, retries, client };
}

test('a copy arrives byte for byte with all its properties, and not before its time', async () => {
  const { broker, retries, client } = await startQueue();
  const at = Date.now() + 2_000;
  // A view into a larger buffer: only its own bytes are the body.
  const larger = Buffer.concat([Buffer.from('before'), COPY.body, Buffer.from('after')]);
  await retries.schedule({ ...COPY, body: larger.subarray(6, 11) }, at);
  expect(broker.counts(QUEUE)).toMatchObject({ scheduled: 1, active: 0 });
  const receiver = client.createReceiver(QUEUE, { skipParsingBodyAsJson: true });
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  expect(Date.now()).toBeGreaterThanOrEqual(at);
  expect(message).toMatchObject(COPY);
  expect(Object.keys(message?.applicationProperties ?? {})).toEqual(Object.keys(COPY.applicationProperties));
});

test('a copy of a message without content type, correlation id and subject has none either', async () => {
  const { retries, client } = await startQueue();
  const bare = { ...COPY, contentType: undefined, correlationId: undefined, subject: undefined };
  await retries.schedule(bare, Date.now());
  const [message] = await client.createReceiver(QUEUE).receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  const { messageId, contentType, correlationId, subject } = message ?? {};
  expect([messageId, contentType, correlationId, subject]).toEqual(['m-1', undefined, undefined, undefined]);
});

test('a copy that cannot be sent is a rejection that says why; the next one is tried anew', async () => {
  const { retries } = await startQueue('gone');
  for (let time = 0; time < 2; time += 1) {
    const error = await retries.schedule(COPY, Date.now()).catch((thrown: unknown) => thrown);
    expect(serviceBusFailure(error).text).toBe('The namespace has no such queue, topic or subscription.');
  }
});

test('with duplicate detection a copy is taken and dropped without a word: only looking at the queue finds that', async () => {
  const { broker, retries, client } = await startQueue(QUEUE, { duplicateDetectionWindowMs: 600_000 });
  await client.createSender(QUEUE).sendMessages({ body: COPY.body, messageId: COPY.messageId });
  const receiver = client.createReceiver(QUEUE);
  const [original] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  if (!original) throw new Error('The original did not arrive.');
  await expect(retries.schedule(COPY, Date.now() + 1_000)).resolves.toBeUndefined();
  await receiver.completeMessage(original);
  expect(broker.counts(QUEUE)).toMatchObject({ active: 0, scheduled: 0, deadLetter: 0 });
});
