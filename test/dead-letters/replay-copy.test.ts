import { expect, it } from 'vitest';
import { replayCopy } from '../../src/dead-letters/replay-copy.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { brokerFixture, receiveOne } from '../local/broker/broker-fixture.ts';

it('from a subscription names the number that the trigger told, not the one of the topic', async () => {
  const { client } = await brokerFixture({}, { topics: [{ name: 't', subscriptions: [{ name: 'one' }] }] });
  const sender = client.createSender('t');
  // Cancelled, it takes a number of the topic that no message of the subscription answers to.
  const taken = await sender.scheduleMessages({ body: 0 }, new Date(Date.now() + 3_600_000));
  await sender.cancelScheduledMessages(taken);
  await sender.sendMessages({ body: 1, messageId: 'a' });
  const receiver = client.createReceiver('t', 'one');
  const message = await receiveOne(receiver);
  await receiver.deadLetterMessage(message);
  const dead = await receiveOne(client.createReceiver('t', 'one', { subQueueType: 'deadLetter' }));
  expect([dead.enqueuedSequenceNumber, message.sequenceNumber?.toNumber()]).toEqual([2, 1]);
  expect(replayCopy(dead).applicationProperties).toEqual({
    [PROPERTY.firstSequenceNumber]: 1,
    [PROPERTY.firstEnqueuedAt]: message.enqueuedTimeUtc?.toISOString(),
    [PROPERTY.replayed]: true,
  });
});
