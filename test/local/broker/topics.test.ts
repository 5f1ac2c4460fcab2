import { expect, test } from 'vitest';
import type { TopicOptions } from '../../../local/broker/broker.ts';
import { brokerFixture, failureOf, receiveOne } from './broker-fixture.ts';

const topic: TopicOptions = { name: 't', subscriptions: [{ name: 'one' }, { name: 'two' }] };

test('every subscription gets a message of its own, with a number of its own beside the one of the topic', async () => {
  const { client, broker } = await brokerFixture({}, { topics: [topic] });
  const sender = client.createSender('t');
  await sender.sendMessages({ body: 1, messageId: 'a' });
  const one = client.createReceiver('t', 'one');
  await one.completeMessage(await receiveOne(one));
  expect(broker.counts('t/subscriptions/TWO')).toMatchObject({ active: 1, completed: 0 });
  await sender.sendMessages({ body: 2, messageId: 'b' });
  const message = await receiveOne(one);
  expect(message).toMatchObject({ messageId: 'b', body: 2, enqueuedSequenceNumber: 2 });
  expect(message.sequenceNumber?.toNumber()).toBe(2);
  await one.deadLetterMessage(message, { deadLetterReason: 'Why', deadLetterErrorDescription: 'What' });
  const dead = await receiveOne(client.createReceiver('t', 'one', { subQueueType: 'deadLetter' }));
  expect(dead).toMatchObject({ messageId: 'b', deadLetterReason: 'Why', enqueuedSequenceNumber: 2 });
});

test('a message scheduled in a topic reaches the subscriptions when it is due', async () => {
  const { client, broker, clock } = await brokerFixture({}, { topics: [topic] });
  await client.createSender('t').scheduleMessages({ body: 1 }, new Date(clock.now() + 1_000));
  expect(broker.counts('t/Subscriptions/one')).toMatchObject({ active: 0 });
  clock.advance(1_000);
  expect(broker.counts('t/Subscriptions/one')).toMatchObject({ active: 1 });
});

test('a topic cannot be received from, a subscription cannot be sent to, another name is not there', async () => {
  const { client } = await brokerFixture({}, { topics: [topic] });
  const received = await failureOf(client.createReceiver('t').receiveMessages(1, { maxWaitTimeInMs: 100 }));
  expect(received.message).toMatch(/"t" is a topic/);
  const sent = await failureOf(client.createSender('t/Subscriptions/one').sendMessages({ body: 1 }));
  expect(sent.message).toMatch(/"t\/Subscriptions\/one" is a subscription/);
  const other = await failureOf(client.createReceiver('t', 'three').peekMessages(1));
  expect(other).toMatchObject({
    message: expect.stringMatching(
      /The messaging entity 'sb:\/\/127\.0\.0\.1\/t\/Subscriptions\/three\/.*' could not be found/,
    ),
  });
});

test('duplicate detection takes and drops a message whose id was sent within the window', async () => {
  const { client, broker, clock } = await brokerFixture({ duplicateDetectionWindowMs: 60_000 });
  const sender = client.createSender('q');
  await sender.sendMessages([
    { body: 1, messageId: 'a' },
    { body: 2, messageId: 'a' },
  ]);
  await sender.scheduleMessages({ body: 3, messageId: 'a' }, new Date(clock.now() + 5_000));
  expect(broker.counts('q')).toMatchObject({ active: 1, scheduled: 0, enqueued: 1 });
  clock.advance(60_000);
  await sender.sendMessages({ body: 4, messageId: 'a' });
  expect(broker.counts('q')).toMatchObject({ active: 2, enqueued: 2 });
});

test('peek gives 250 at most, dead letters in the order of their numbers', async () => {
  const { client } = await brokerFixture();
  const bodies = Array.from({ length: 300 }, (_, index) => ({ body: index }));
  await client.createSender('q').sendMessages(bodies);
  expect(await client.createReceiver('q').peekMessages(300)).toHaveLength(250);
  const receiver = client.createReceiver('q');
  const [first, second] = [await receiveOne(receiver), await receiveOne(receiver)];
  await receiver.deadLetterMessage(second);
  await receiver.deadLetterMessage(first);
  const dead = await client.createReceiver('q', { subQueueType: 'deadLetter' }).peekMessages(10);
  expect(dead.map(({ sequenceNumber }) => sequenceNumber?.toNumber())).toEqual([1, 2]);
});

test('a deferred message whose time is over is dead-lettered when it is asked for', async () => {
  const { client, broker, clock } = await brokerFixture({ defaultTimeToLiveMs: 5_000 });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  const message = await receiveOne(receiver);
  await receiver.deferMessage(message);
  clock.advance(6_000);
  expect(broker.counts('q')).toMatchObject({ deferred: 1, deadLetter: 0 });
  await failureOf(receiver.receiveDeferredMessages(message.sequenceNumber ?? []));
  expect(broker.counts('q')).toMatchObject({ deferred: 0, deadLetter: 1 });
});
