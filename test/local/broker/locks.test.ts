import { expect, test } from 'vitest';
import { brokerFixture, failureOf, receiveOne } from './broker-fixture.ts';

async function lockedMessage() {
  const fixture = await brokerFixture({ lockDurationMs: 30_000 });
  await fixture.client.createSender('q').sendMessages({ body: 1, messageId: 'a' });
  const receiver = fixture.client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
  return { ...fixture, receiver, message: await receiveOne(receiver) };
}

test('a message whose lock ended is delivered again, one delivery older', async () => {
  const { broker, clock, receiver, message } = await lockedMessage();
  clock.advance(30_000);
  expect(broker.counts('q')).toMatchObject({ active: 1, locked: 0 });
  expect(await receiveOne(receiver)).toMatchObject({
    messageId: 'a',
    deliveryCount: (message.deliveryCount ?? 0) + 1,
  });
});

test.each(['completeMessage', 'abandonMessage', 'deferMessage', 'deadLetterMessage'] as const)(
  '%s after the lock ended fails at once and changes nothing',
  async (settle) => {
    const { broker, clock, receiver, message } = await lockedMessage();
    clock.advance(30_000);
    expect(await failureOf(receiver[settle](message))).toMatchObject({ code: 'MessageLockLost' });
    expect(broker.counts('q')).toMatchObject({ active: 1, completed: 0, deferred: 0, deadLettered: 0 });
  },
);

test('settling over $management after the lock ended fails too', async () => {
  const { broker, client, clock, receiver, message } = await lockedMessage();
  await receiver.close();
  clock.advance(30_000);
  expect(await failureOf(client.createReceiver('q').completeMessage(message))).toMatchObject({
    code: 'MessageLockLost',
  });
  expect(broker.counts('q').completed).toBe(0);
});

test('a renewed lock holds for a whole duration more; the delivery can then be settled', async () => {
  const { broker, clock, receiver, message } = await lockedMessage();
  clock.advance(20_000);
  // Here the token travels in RFC order; as delivery tag it came in .NET Guid order.
  const lockedUntil = await receiver.renewMessageLock(message);
  expect(lockedUntil.getTime()).toBe(clock.now() + 30_000);
  clock.advance(20_000);
  await receiver.completeMessage(message);
  expect(broker.counts('q')).toMatchObject({ locked: 0, completed: 1 });
});

test('a lost lock cannot be renewed', async () => {
  const { clock, receiver, message } = await lockedMessage();
  clock.advance(30_000);
  expect(await failureOf(receiver.renewMessageLock(message))).toMatchObject({ code: 'MessageLockLost' });
});

test('the SDK renews the lock by itself while the handler runs', async () => {
  // The SDK looks at the wall clock here, so this one test uses it too: locks shorter than ten seconds are renewed at half time.
  const { systemClock } = await import('../../../local/broker/clock.ts');
  const { broker, client } = await brokerFixture({ lockDurationMs: 600 }, { clock: systemClock() });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  const settled = new Promise<void>((resolve, reject) => {
    receiver.subscribe({
      async processMessage() {
        await new Promise((wake) => setTimeout(wake, 1200));
        resolve();
      },
      processError: async ({ error }) => reject(error),
    });
  });
  await settled;
  await broker.waitUntilIdle('q', 2000);
  expect(broker.counts('q')).toMatchObject({ completed: 1 });
});
