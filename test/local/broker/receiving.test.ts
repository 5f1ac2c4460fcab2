import { expect, test } from 'vitest';
import { brokerFixture, receiveOne } from './broker-fixture.ts';

const bodies = (count: number) => Array.from({ length: count }, (_, index) => ({ body: index }));

test('receive-and-delete takes messages without a lock', async () => {
  const { client, broker } = await brokerFixture();
  await client.createSender('q').sendMessages(bodies(5));
  const receiver = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
  const messages = await receiver.receiveMessages(3, { maxWaitTimeInMs: 2000 });
  expect(messages.map((message) => message.body)).toEqual([0, 1, 2]);
  expect(broker.counts('q')).toMatchObject({ active: 2, locked: 0, completed: 3 });
});

test('unused credit is drained at the end of a receive, so nothing is locked behind its back', async () => {
  const { client, broker } = await brokerFixture();
  const sender = client.createSender('q');
  const receiver = client.createReceiver('q');
  expect(await receiver.receiveMessages(10, { maxWaitTimeInMs: 100 })).toEqual([]);
  await sender.sendMessages(bodies(4));
  expect(broker.counts('q')).toMatchObject({ active: 4, locked: 0 });
  expect(await receiver.receiveMessages(3, { maxWaitTimeInMs: 2000 })).toHaveLength(3);
  expect(broker.counts('q')).toMatchObject({ active: 1, locked: 3 });
});

test('a waiting receiver gets a message as soon as it is sent', async () => {
  const { client } = await brokerFixture();
  const receiver = client.createReceiver('q');
  const waiting = receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 });
  await client.createSender('q').sendMessages({ body: 'hello' });
  expect((await waiting).map((message) => message.body)).toEqual(['hello']);
});

test('two receivers share a queue and no message goes to both', async () => {
  const { client, broker } = await brokerFixture();
  const got: unknown[][] = [[], []];
  for (const mine of got) {
    client.createReceiver('q').subscribe(
      {
        async processMessage({ body }) {
          mine.push(body);
        },
        processError: async () => {},
      },
      { maxConcurrentCalls: 5 },
    );
  }
  const sender = client.createSender('q');
  await sender.sendMessages(bodies(200));
  await broker.waitUntilIdle('q', 5000);
  expect(got.flat().sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 200 }, (_, index) => index),
  );
  expect(broker.counts('q')).toMatchObject({ completed: 200 });
});

test('thousands of messages pass one receiver: a settled delivery frees its place', async () => {
  const { client, broker } = await brokerFixture();
  const count = 5000;
  const sender = client.createSender('q');
  for (let sent = 0; sent < count; sent += 1000) await sender.sendMessages(bodies(1000));
  const receiver = client.createReceiver('q');
  receiver.subscribe(
    { processMessage: async () => {}, processError: async () => {} },
    { maxConcurrentCalls: 500 },
  );
  await broker.waitUntilIdle('q', 10_000);
  expect(broker.counts('q')).toMatchObject({ completed: count, deadLettered: 0 });
});

test('a peek shows messages of every state in queue order, page by page, and locks none', async () => {
  const { client, broker, clock } = await brokerFixture();
  const sender = client.createSender('q');
  await sender.sendMessages([{ body: 'deferred' }, { body: 'locked' }, { body: 'active' }]);
  await sender.scheduleMessages({ body: 'scheduled' }, new Date(clock.now() + 1000));
  const receiver = client.createReceiver('q');
  await receiver.deferMessage(await receiveOne(receiver));
  await receiveOne(receiver);
  const peeker = client.createReceiver('q');
  const pages = [await peeker.peekMessages(2), await peeker.peekMessages(2), await peeker.peekMessages(2)];
  expect(pages.map((page) => page.map((message) => [message.body, message.state]))).toEqual([
    [
      ['deferred', 'deferred'],
      ['locked', 'active'],
    ],
    [
      ['active', 'active'],
      ['scheduled', 'scheduled'],
    ],
    [],
  ]);
  expect(broker.counts('q')).toMatchObject({ active: 1, locked: 1, deferred: 1, scheduled: 1 });
});

test('a peek into the dead-letter queue shows the reasons', async () => {
  const { client } = await brokerFixture();
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: 'Why',
    deadLetterErrorDescription: 'What to do',
  });
  const [deadLetter] = await client.createReceiver('q', { subQueueType: 'deadLetter' }).peekMessages(10);
  expect(deadLetter?.deadLetterReason).toBe('Why');
});
