import { expect, test } from 'vitest';
import { brokerFixture, receiveOne } from './broker-fixture.ts';

test('each message that leaves a queue is told once, with queue, id, number, outcome and reason', async () => {
  const { broker, client } = await brokerFixture();
  const told: object[] = [];
  const stopListening = broker.onSettled((message) => told.push(message));
  await client.createSender('q').sendMessages([
    { body: 1, messageId: 'a' },
    { body: 2, messageId: 'b' },
  ]);
  const receiver = client.createReceiver('q');
  await receiver.completeMessage(await receiveOne(receiver));
  const reason = { deadLetterReason: 'Why', deadLetterErrorDescription: 'What to do' };
  await receiver.deadLetterMessage(await receiveOne(receiver), reason);
  const deadLetters = client.createReceiver('q', { subQueueType: 'deadLetter' });
  await deadLetters.completeMessage(await receiveOne(deadLetters));
  expect(told).toEqual([
    { queue: 'q', messageId: 'a', sequenceNumber: 1, outcome: 'completed' },
    { queue: 'q', messageId: 'b', sequenceNumber: 2, outcome: 'deadLettered', reason: 'Why' },
    { queue: 'q/$DeadLetterQueue', messageId: 'b', sequenceNumber: 2, outcome: 'completed' },
  ]);
  stopListening();
  await client.createSender('q').sendMessages({ body: 3 });
  await receiver.completeMessage(await receiveOne(receiver));
  expect(told).toHaveLength(3);
});

test('waiting for idle ends when the last message is settled, deferred ones aside', async () => {
  const { broker, client, clock } = await brokerFixture();
  await broker.waitUntilIdle('q', 1);
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 1 });
  await sender.scheduleMessages({ body: 2 }, new Date(clock.now() + 1000));
  let isIdle = false;
  const idle = broker.waitUntilIdle('q', 5000).then(() => {
    isIdle = true;
  });
  const receiver = client.createReceiver('q');
  await receiver.completeMessage(await receiveOne(receiver));
  expect(isIdle).toBe(false);
  clock.advance(1000);
  await receiver.deferMessage(await receiveOne(receiver));
  await idle;
});

test('waiting too long is an error that says what is left', async () => {
  const { broker, client, clock } = await brokerFixture();
  await client.createSender('q').sendMessages({ body: 1 });
  const idle = broker.waitUntilIdle('q', 5000);
  clock.advance(5000);
  await expect(idle).rejects.toThrow(
    'Queue "q" still had 1 active, 0 locked and 0 scheduled messages after 5000 ms.',
  );
});

test('unknown and doubled queues are errors that say what to do', async () => {
  const { broker } = await brokerFixture();
  expect(() => broker.counts('other')).toThrow('There is no queue "other": create it with createQueue.');
  expect(() => broker.createQueue({ name: 'Q' })).toThrow('Queue "Q" exists already.');
  expect(() => broker.createQueue({ name: 'x', lockDurationMs: -1 })).toThrow(/lockDurationMs/);
});
