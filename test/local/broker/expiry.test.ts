import { expect, test } from 'vitest';
import { brokerFixture, receiveOne } from './broker-fixture.ts';

test('an expired message is dead-lettered', async () => {
  const { client, broker, clock } = await brokerFixture();
  await client.createSender('q').sendMessages({ body: 1, timeToLive: 5000 });
  clock.advance(4999);
  expect(broker.counts('q')).toMatchObject({ active: 1 });
  clock.advance(1);
  expect(broker.counts('q')).toMatchObject({ active: 0, deadLetter: 1, deadLettered: 1 });
  const deadLetter = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
  expect(deadLetter).toMatchObject({
    deadLetterReason: 'TTLExpiredException',
    deadLetterErrorDescription: 'The message expired and was dead lettered.',
  });
});

test('or dropped, when the queue says so', async () => {
  const { client, broker, clock } = await brokerFixture({ deadLetteringOnMessageExpiration: false });
  const outcomes: string[] = [];
  broker.onSettled(({ outcome }) => outcomes.push(outcome));
  await client.createSender('q').sendMessages({ body: 1, timeToLive: 5000 });
  clock.advance(5000);
  expect(broker.counts('q')).toMatchObject({ active: 0, deadLetter: 0, deadLettered: 0, completed: 0 });
  expect(outcomes).toEqual(['expired']);
});

test("the shorter of the message's and the queue's time to live counts, and is what the receiver sees", async () => {
  const { client, broker, clock } = await brokerFixture({ defaultTimeToLiveMs: 10_000 });
  const sender = client.createSender('q');
  await sender.sendMessages([{ body: 'none' }, { body: 'longer', timeToLive: 20_000 }]);
  await sender.sendMessages({ body: 'shorter', timeToLive: 5000 });
  const peeked = await client.createReceiver('q').peekMessages(3);
  const lifetimes = peeked.map((message) => (message.expiresAtUtc?.getTime() ?? 0) - clock.now());
  expect(lifetimes).toEqual([10_000, 10_000, 5000]);
  clock.advance(5000);
  expect(broker.counts('q').active).toBe(2);
  clock.advance(5000);
  expect(broker.counts('q').active).toBe(0);
});
