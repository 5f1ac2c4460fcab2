import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, test } from 'vitest';
import { brokerFixture, failureOf } from './broker-fixture.ts';

const messages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ body: index, messageId: `m${index}` }));

/** Settlements one per turn of the event loop, in the order of the calls, without waiting for the answers. */
function oneSettlementPerTurn() {
  let turn: Promise<unknown> = Promise.resolve();
  return async <T>(settle: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => new Promise((resume) => setImmediate(resume)));
    turn = mine;
    await mine;
    return settle();
  };
}

test.each(['complete', 'deadLetter'] as const)(
  'the trap: without a gap rhea 3.0.5 gives the second of two neighbours the outcome of the first (%s)',
  async (firstOutcome) => {
    const { client, broker } = await brokerFixture();
    await client.createSender('q').sendMessages(messages(2));
    const receiver = client.createReceiver('q');
    const [first, second] = await receiver.receiveMessages(2, { maxWaitTimeInMs: 2000 });
    const complete = (message = second) => message && receiver.completeMessage(message);
    const deadLetter = (message = second) => message && receiver.deadLetterMessage(message);
    // When this fails rhea has been repaired, and the gap between settlements is needed no longer.
    if (firstOutcome === 'complete') await Promise.all([complete(first), deadLetter()]);
    else await Promise.all([deadLetter(first), complete()]);
    const merged =
      firstOutcome === 'complete' ? { completed: 2, deadLettered: 0 } : { completed: 0, deadLettered: 2 };
    expect(broker.counts('q')).toMatchObject(merged);
  },
);

describe('with a gap between settlements on one receiver', () => {
  test('every message gets its own outcome at full concurrency', async () => {
    const count = 600;
    const { client, broker } = await brokerFixture();
    await client.createSender('q').sendMessages(messages(count));
    const outcomes = new Map<string, string>();
    broker.onSettled(({ messageId, outcome, reason = '' }) =>
      outcomes.set(messageId, `${outcome} ${reason}`),
    );
    const inTurn = oneSettlementPerTurn();
    const receiver = client.createReceiver('q');
    const settle = (message: ServiceBusReceivedMessage) => {
      const index = Number(message.body);
      if (index % 3 === 0) return receiver.completeMessage(message);
      const reason = `reason of ${message.messageId}`;
      return receiver.deadLetterMessage(message, {
        deadLetterReason: reason,
        deadLetterErrorDescription: reason,
      });
    };
    receiver.subscribe(
      { processMessage: (message) => inTurn(() => settle(message)), processError: async () => {} },
      { maxConcurrentCalls: 512, autoCompleteMessages: false },
    );
    await broker.waitUntilIdle('q', 10_000);
    for (const [index, { messageId }] of messages(count).entries()) {
      const expected = index % 3 === 0 ? 'completed ' : `deadLettered reason of ${messageId}`;
      expect(outcomes.get(messageId)).toBe(expected);
    }
    expect(broker.counts('q')).toMatchObject({ completed: count / 3, deadLetter: (count * 2) / 3 });
  });
});

test('one disposition for several deliveries is answered for each by its own result', async () => {
  const { client, broker, clock } = await brokerFixture({ lockDurationMs: 30_000 });
  await client.createSender('q').sendMessages(messages(6));
  const receiver = client.createReceiver('q', { maxAutoLockRenewalDurationInMs: 0 });
  const received = await receiver.receiveMessages(6, { maxWaitTimeInMs: 2000 });
  clock.advance(20_000);
  for (const message of received.filter((_, index) => index % 2 === 0))
    await receiver.renewMessageLock(message);
  clock.advance(20_000);
  // Equal outcomes of one tick leave the client as a single frame; only the renewed locks still hold.
  const results = await Promise.all(
    received.map(async (message, index) =>
      index % 2 === 0 ? receiver.completeMessage(message) : failureOf(receiver.completeMessage(message)),
    ),
  );
  const lost = expect.objectContaining({ code: 'MessageLockLost' });
  expect(results).toEqual([undefined, lost, undefined, lost, undefined, lost]);
  expect(broker.counts('q')).toMatchObject({ completed: 3, active: 3 });
});
