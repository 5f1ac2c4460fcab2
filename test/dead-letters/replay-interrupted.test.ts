import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import { drafts, ids, QUEUE, startFixture } from './dead-letter-fixture.ts';
import { receivable, replayThem } from './replayed.ts';

/** `letters` whose sender does something around each send. */
function sendingWith(
  letters: DeadLetters,
  around: (send: () => Promise<void>, count: number) => Promise<void>,
): DeadLetters {
  let count = 0;
  return {
    ...letters,
    openSender() {
      const sender = letters.openSender();
      const send = sender.sendMessages.bind(sender);
      sender.sendMessages = (...args) => around(() => send(...args), ++count);
      return sender;
    },
  };
}

test('interrupted in the middle and run again, each is replayed once and the rest was free in between', async () => {
  const fixture = await startFixture();
  await fixture.deadLetter(drafts(250));
  const interruption = new AbortController();
  const first = await replayThem(
    fixture.open(),
    {},
    {
      signal: interruption.signal,
      onProgress: (done) => {
        if (done === 90) interruption.abort();
      },
    },
  );
  expect(first).toEqual({ selected: 250, done: 90, failed: [], left: 160, ended: 'interrupted' });
  const second = await replayThem(fixture.open());
  expect(second).toEqual({ selected: 160, done: 160, failed: [], left: 0, ended: 'finished' });
  expect(ids(await fixture.takeQueue())).toEqual(drafts(250).map(({ messageId }) => messageId));
});

test('a copy that the queue does not take is counted and named, stays where it is, and the others go on', async () => {
  const fixture = await startFixture({ maxMessageBytes: 2_000 });
  await fixture.deadLetter(
    drafts(3, (i) => ({ body: Buffer.alloc(i === 1 ? 1_950 : 10), reason: 'R', description: 'D' })),
  );
  const result = await replayThem(fixture.open());
  expect(result).toEqual({
    selected: 3,
    done: 2,
    failed: [{ from: 'queue', sequenceNumber: '2', error: 'The copy is larger than the queue takes.' }],
    left: 0,
    ended: 'finished',
  });
  expect(ids(await fixture.takeQueue())).toEqual(['m0', 'm2']);
  expect(await receivable(fixture, 1)).toEqual(['m1']);
});

test('connections that drop in the middle lose nothing: what was not done is done by the next run', async () => {
  const { open, broker, deadLetter, takeQueue, peekDeadLetters } = await startFixture({
    lockDurationMs: 1_000,
  });
  await deadLetter(drafts(80));
  const dropping = sendingWith(open(), async (send, count) => {
    if (count === 20) broker.dropConnections();
    await send();
    if (count === 40) broker.dropConnections();
  });
  const first = await replayThem(dropping, {}, { answerWithinMs: 800, receiveWithinMs: 300 });
  expect(first.done).toBeGreaterThanOrEqual(19);
  expect(first.done + first.left).toBe(80);
  expect(first.error === undefined).toBe(first.left === 0);
  const remaining = (await peekDeadLetters()).length;
  expect(await replayThem(open())).toMatchObject({ selected: remaining, done: remaining, left: 0 });
  expect(await peekDeadLetters()).toEqual([]);
  expect(new Set(ids(await takeQueue()))).toEqual(new Set(drafts(80).map(({ messageId }) => messageId)));
});

test('a broker that goes away ends the run with what was done and why', async () => {
  const { open, broker, deadLetter } = await startFixture();
  await deadLetter(drafts(20));
  const ending = sendingWith(open(), async (send, count) => {
    if (count === 8) await broker.stop();
    await send();
  });
  const result = await replayThem(ending);
  expect(result).toMatchObject({ selected: 20, done: 7, failed: [], left: 13, ended: 'stopped' });
  expect(result.error).toMatch(/^The namespace (cannot be reached|did not answer in time)\.$/);
});

test('messages whose locks ran out come again and are recognised: each target is sent once', async () => {
  const fixture = await startFixture({ lockDurationMs: 250 });
  await fixture.deadLetter(drafts(40, (i) => ({ body: 'x', reason: i % 2 ? 'CorValidation' : 'NotJson' })));
  const slow = sendingWith(fixture.open(), async (send) => {
    await send();
    await sleep(25);
  });
  const result = await replayThem(slow, { reason: 'CorValidation' }, { receiveWithinMs: 300 });
  expect(result).toMatchObject({ selected: 20, done: 20, left: 0, ended: 'finished' });
  const odd = drafts(40)
    .map(({ messageId }) => messageId)
    .filter((_, i) => i % 2);
  expect(ids(await fixture.takeQueue()).sort()).toEqual(odd.sort());
  expect(await receivable(fixture, 20)).toHaveLength(20);
});

test('targets that another receiver holds are left, and said to be', async () => {
  const fixture = await startFixture();
  await fixture.deadLetter(drafts(5));
  const other = fixture.client.createReceiver(QUEUE, { subQueueType: 'deadLetter' });
  await other.receiveMessages(2);
  expect(await replayThem(fixture.open(), {}, { receiveWithinMs: 300 })).toEqual({
    selected: 5,
    done: 3,
    failed: [],
    left: 2,
    ended: 'finished',
  });
});
