import { expect, test } from 'vitest';
import { brokerFixture, failureOf, receiveOne } from './broker-fixture.ts';

test.each(['scheduleMessages', 'sendMessages'] as const)(
  'a message scheduled by %s comes when due',
  async (how) => {
    const { client, broker, clock } = await brokerFixture();
    const sender = client.createSender('q');
    const dueTime = new Date(clock.now() + 60_000);
    if (how === 'scheduleMessages') await sender.scheduleMessages({ body: 'later', messageId: 'a' }, dueTime);
    else await sender.sendMessages({ body: 'later', messageId: 'a', scheduledEnqueueTimeUtc: dueTime });
    await sender.sendMessages({ body: 'now' });
    const receiver = client.createReceiver('q');
    await receiver.completeMessage(await receiveOne(receiver));

    clock.advance(59_999);
    expect(broker.counts('q')).toMatchObject({ scheduled: 1, active: 0 });
    clock.advance(1);
    expect(broker.counts('q')).toMatchObject({ scheduled: 0, active: 1, enqueued: 2 });
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({
      body: 'later',
      messageId: 'a',
      state: 'scheduled',
      enqueuedTimeUtc: dueTime,
    });
    expect(message.scheduledEnqueueTimeUtc).toEqual(dueTime);
    // Enqueued anew: after "now", which was sent later.
    expect(message.sequenceNumber?.toNumber()).toBe(3);
  },
);

test('a time that has passed means at once', async () => {
  const { client, broker, clock } = await brokerFixture();
  await client.createSender('q').scheduleMessages({ body: 1 }, new Date(clock.now() - 1000));
  expect(broker.counts('q')).toMatchObject({ scheduled: 0, active: 1 });
});

test('several messages are scheduled and cancelled by their sequence numbers', async () => {
  const { client, broker, clock } = await brokerFixture();
  const sender = client.createSender('q');
  const messages = ['a', 'b', 'c'].map((body) => ({ body }));
  const sequenceNumbers = await sender.scheduleMessages(messages, new Date(clock.now() + 1000));
  expect(sequenceNumbers.map((number) => number.toNumber())).toEqual([1, 2, 3]);
  await sender.cancelScheduledMessages(sequenceNumbers.slice(0, 2));
  clock.advance(1000);
  expect(broker.counts('q')).toMatchObject({ scheduled: 0, active: 1, completed: 0 });
  expect((await receiveOne(client.createReceiver('q'))).body).toBe('c');
});

test('cancelling is all or nothing: a message that is not scheduled any more fails the call', async () => {
  const { client, broker, clock } = await brokerFixture();
  const sender = client.createSender('q');
  const due = await sender.scheduleMessages({ body: 1 }, new Date(clock.now() + 1000));
  clock.advance(1000);
  const later = await sender.scheduleMessages({ body: 2 }, new Date(clock.now() + 1000));
  expect(await failureOf(sender.cancelScheduledMessages([...later, ...due]))).toMatchObject({
    code: 'MessageNotFound',
  });
  expect(broker.counts('q')).toMatchObject({ scheduled: 1, active: 1 });
});
