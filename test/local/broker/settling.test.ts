import { describe, expect, test } from 'vitest';
import { brokerFixture, failureOf, receiveOne } from './broker-fixture.ts';

async function oneReceived() {
  const fixture = await brokerFixture();
  await fixture.client
    .createSender('q')
    .sendMessages({ body: 'hello', messageId: 'a', applicationProperties: { kept: 1 } });
  const receiver = fixture.client.createReceiver('q');
  return { ...fixture, receiver, message: await receiveOne(receiver) };
}

describe.each(['while its receiver is open', 'after its receiver was closed'])(
  'a message settled %s',
  (when) => {
    // The SDK settles by disposition in the first case and over $management, with the same lock token, in the second.
    const received = async () => {
      const state = await oneReceived();
      if (when === 'while its receiver is open') return state;
      await state.receiver.close();
      return { ...state, receiver: state.client.createReceiver('q') };
    };

    test('is gone when completed', async () => {
      const { broker, receiver, message } = await received();
      await receiver.completeMessage(message);
      expect(broker.counts('q')).toMatchObject({ active: 0, locked: 0, completed: 1, deadLettered: 0 });
    });

    test('comes back when abandoned, one delivery older and with its properties changed', async () => {
      const { client, receiver, message } = await received();
      await receiver.abandonMessage(message, { kept: 2, added: 'x' });
      const again = await receiveOne(client.createReceiver('q'));
      expect(again).toMatchObject({ messageId: 'a', body: 'hello', deliveryCount: 1 });
      expect(again.applicationProperties).toEqual({ kept: 2, added: 'x' });
      expect(again.lockToken).not.toBe(message.lockToken);
    });

    test('is set aside when deferred, and received by its sequence number', async () => {
      const { client, broker, receiver, message } = await received();
      await receiver.deferMessage(message, { added: true });
      expect(broker.counts('q')).toMatchObject({ active: 0, deferred: 1 });
      const other = client.createReceiver('q');
      const [deferred] = await other.receiveDeferredMessages(message.sequenceNumber ?? []);
      expect(deferred).toMatchObject({ messageId: 'a', state: 'deferred', deliveryCount: 1 });
      expect(deferred?.applicationProperties).toEqual({ kept: 1, added: true });
      if (deferred) await other.completeMessage(deferred);
      expect(broker.counts('q')).toMatchObject({ deferred: 0, locked: 0, completed: 1 });
    });

    test('is dead-lettered with reason, description and properties', async () => {
      const { client, broker, receiver, message } = await received();
      const options = {
        deadLetterReason: 'CorValidation',
        deadLetterErrorDescription: 'Fix the percentage.',
      };
      await receiver.deadLetterMessage(message, { ...options, added: 5 });
      expect(broker.counts('q')).toMatchObject({ active: 0, deadLetter: 1, deadLettered: 1, completed: 0 });
      const deadLetter = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
      expect(deadLetter).toMatchObject({ messageId: 'a', body: 'hello', ...options });
      // Service Bus names a source only after auto-forwarding, and a plain queue has one number for a message.
      expect(deadLetter.deadLetterSource).toBeUndefined();
      expect(deadLetter.enqueuedSequenceNumber).toBe(0);
      expect(deadLetter.sequenceNumber?.toNumber()).toBe(message.sequenceNumber?.toNumber());
      expect(deadLetter.applicationProperties).toEqual({
        kept: 1,
        added: 5,
        DeadLetterReason: 'CorValidation',
        DeadLetterErrorDescription: 'Fix the percentage.',
      });
    });
  },
);

test('a dead letter without reason has none', async () => {
  const { client, receiver, message } = await oneReceived();
  await receiver.deadLetterMessage(message);
  const deadLetter = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
  expect(deadLetter.applicationProperties).toEqual({ kept: 1 });
});

test('a deferred message can be received and deleted, but not twice', async () => {
  const { client, broker, receiver, message } = await oneReceived();
  await receiver.deferMessage(message);
  const deleting = client.createReceiver('q', { receiveMode: 'receiveAndDelete' });
  const sequenceNumber = message.sequenceNumber ?? [];
  const [deferred] = await deleting.receiveDeferredMessages(sequenceNumber);
  expect(deferred).toMatchObject({ messageId: 'a', lockToken: undefined });
  expect(broker.counts('q')).toMatchObject({ deferred: 0, completed: 1 });
  expect(await failureOf(deleting.receiveDeferredMessages(sequenceNumber))).toMatchObject({
    code: 'MessageNotFound',
  });
});

test('an abandoned deferred message stays deferred', async () => {
  const { broker, receiver, message } = await oneReceived();
  await receiver.deferMessage(message);
  const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber ?? []);
  if (deferred) await receiver.abandonMessage(deferred);
  expect(broker.counts('q')).toMatchObject({ active: 0, deferred: 1 });
});

test('after as many failed deliveries as the queue allows a message is dead-lettered', async () => {
  const { client, broker } = await brokerFixture({ maxDeliveryCount: 3 });
  await client.createSender('q').sendMessages({ body: 1 });
  const receiver = client.createReceiver('q');
  for (const deliveryCount of [0, 1, 2]) {
    const message = await receiveOne(receiver);
    expect(message.deliveryCount).toBe(deliveryCount);
    await receiver.abandonMessage(message);
  }
  expect(broker.counts('q')).toMatchObject({ active: 0, deadLetter: 1, deadLettered: 1 });
  const deadLetter = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
  expect(deadLetter).toMatchObject({
    deadLetterReason: 'MaxDeliveryCountExceeded',
    deadLetterErrorDescription: 'Message could not be consumed after 3 delivery attempts.',
  });
});

test('a dead letter can be abandoned for ever, not dead-lettered again, and completed', async () => {
  const { client, broker, receiver, message } = await oneReceived();
  await receiver.deadLetterMessage(message);
  const deadLetters = client.createReceiver('q', { subQueueType: 'deadLetter' });
  for (let delivery = 0; delivery < 12; delivery++)
    await deadLetters.abandonMessage(await receiveOne(deadLetters));
  const again = await receiveOne(deadLetters);
  expect(again.deliveryCount).toBe(0);
  expect(await failureOf(deadLetters.deadLetterMessage(again))).toMatchObject({
    message: /cannot be dead-lettered/,
  });
  await deadLetters.completeMessage(await receiveOne(deadLetters));
  expect(broker.counts('q')).toMatchObject({ deadLetter: 0, deadLettered: 1, completed: 0 });
});
