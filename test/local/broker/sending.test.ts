import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { brokerFixture, failureOf, receiveOne } from './broker-fixture.ts';

test('a message arrives with everything the sender set', async () => {
  const { client, clock } = await brokerFixture();
  const message = {
    body: Buffer.from([0, 1, 254, 255]),
    messageId: 'id-1',
    correlationId: 'correlation-1',
    contentType: 'application/octet-stream',
    subject: 'subject',
    to: 'to',
    replyTo: 'reply-to',
    timeToLive: 60_000,
    applicationProperties: { text: 'ü', integer: 7, negative: -7, fraction: 1.5, yes: true, huge: 2 ** 40 },
  };
  await client.createSender('q').sendMessages(message);
  const received = await receiveOne(client.createReceiver('q', { skipParsingBodyAsJson: true }));
  expect(received).toMatchObject({ ...message, deliveryCount: 0, state: 'active' });
  expect(received.enqueuedTimeUtc?.getTime()).toBe(clock.now());
  expect(received.expiresAtUtc?.getTime()).toBe(clock.now() + 60_000);
  expect(received.lockedUntilUtc?.getTime()).toBe(clock.now() + 60_000);
  expect(received.sequenceNumber?.toNumber()).toBe(1);
});

test.each([
  ['data', 'bytes'],
  ['value', { nested: [1, 'two', { three: 3 }] }],
  ['sequence', [[1, 2], ['three']]],
] as const)('an AMQP %s body comes back as it was', async (bodyType, body) => {
  const { client } = await brokerFixture();
  // A footer makes rhea write a section before the body.
  await client.createSender('q').sendMessages({ body, bodyType, footer: { check: 'sum' } });
  const received = await receiveOne(client.createReceiver('q'));
  expect(received.body).toEqual(body);
  expect(received._rawAmqpMessage).toMatchObject({ bodyType, footer: { check: 'sum' } });
});

test('a message without an id is given one', async () => {
  const { client } = await brokerFixture();
  await client.createSender('q').sendMessages([{ body: 1 }, { body: 2, subject: 'has properties' }]);
  const messages = await client.createReceiver('q').receiveMessages(2, { maxWaitTimeInMs: 2000 });
  expect(messages.map((message) => message.messageId)).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ]);
  expect(messages[1]?.subject).toBe('has properties');
});

test('messages of several frames keep every byte on the way in and out', async () => {
  const { client } = await brokerFixture();
  const body = randomBytes(200_000);
  await client.createSender('q').sendMessages([{ body }]);
  const received = await receiveOne(client.createReceiver('q', { skipParsingBodyAsJson: true }));
  expect(body.equals(received.body)).toBe(true);
});

test('a batch keeps its order and numbers its messages without a gap', async () => {
  const { client, broker } = await brokerFixture();
  const sender = client.createSender('q');
  const batch = await sender.createMessageBatch();
  for (let index = 0; index < 50; index++) expect(batch.tryAddMessage({ body: index })).toBe(true);
  await sender.sendMessages(batch);
  const messages = await client.createReceiver('q').receiveMessages(50, { maxWaitTimeInMs: 2000 });
  expect(messages.map((message) => [message.body, message.sequenceNumber?.toNumber()])).toEqual(
    Array.from({ length: 50 }, (_, index) => [index, index + 1]),
  );
  expect(broker.counts('q').enqueued).toBe(50);
});

test('the size limit is announced to batches and enforced for messages sent and scheduled', async () => {
  const { client, broker } = await brokerFixture({ maxMessageBytes: 10_000 });
  const sender = client.createSender('q');
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(10_000);
  expect(batch.tryAddMessage({ body: Buffer.alloc(10_000) })).toBe(false);
  const tooLarge = { body: Buffer.alloc(10_001) };
  const soon = new Date(Date.now() + 60_000);
  for (const send of [() => sender.sendMessages(tooLarge), () => sender.scheduleMessages(tooLarge, soon)]) {
    const failure = await failureOf(send());
    expect(failure).toMatchObject({
      code: 'MessageSizeExceeded',
      message: expect.stringContaining('10000 bytes'),
    });
  }
  expect(broker.counts('q').enqueued).toBe(0);
  await sender.sendMessages({ body: Buffer.alloc(9_000) });
  expect(broker.counts('q').active).toBe(1);
});

test('the default limit is that of the Standard tier', async () => {
  const { client } = await brokerFixture();
  const batch = await client.createSender('q').createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(262_144);
});

test('nothing can be sent to a dead-letter queue', async () => {
  const { client } = await brokerFixture();
  const failure = await failureOf(client.createSender('q/$DeadLetterQueue').sendMessages({ body: 1 }));
  expect(failure.message).toMatch(/cannot be sent to a dead-letter queue/);
});
