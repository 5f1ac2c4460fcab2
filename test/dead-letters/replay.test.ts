import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import rhea from 'rhea';
import { expect, test } from 'vitest';
import { type DeadLetters, deadLettersOf } from '../../src/dead-letters/dead-letters.ts';
import type { Filter } from '../../src/dead-letters/filter.ts';
import { discard, replay } from '../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../src/dead-letters/selection.ts';
import type { Settled } from '../../src/dead-letters/settle.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { drafts, type Fixture, ids, mapping, QUEUE, startFixture } from './dead-letter-fixture.ts';

interface Run {
  signal?: AbortSignal;
  answerWithinMs?: number;
  receiveWithinMs?: number;
  onProgress?(done: number, total: number): void;
}

async function replayThem(letters: DeadLetters, filter: Filter = {}, run: Run = {}): Promise<Settled> {
  const { signal = new AbortController().signal, ...rest } = run;
  return replay(letters, await selectDeadLetters(letters, filter), { signal, ...rest });
}

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

/** What can be received in the dead-letter queue, so what nobody holds; takes it away. */
async function receivable({ client }: Fixture, count: number): Promise<string[]> {
  const receiver = client.createReceiver(QUEUE, {
    subQueueType: 'deadLetter',
    receiveMode: 'receiveAndDelete',
  });
  const found: ServiceBusReceivedMessage[] = [];
  while (found.length < count) {
    const more = await receiver.receiveMessages(count - found.length, { maxWaitTimeInMs: 500 });
    if (more.length === 0) break;
    found.push(...more);
  }
  return ids(found);
}

test('a copy is the message as its sender sent it, marked as replayed, without what the retries and the dead-lettering left', async () => {
  const fixture = await startFixture();
  const body = Buffer.from([0x7b, 0x0a, 0xff, 0x00, 0x7d]);
  const when = new Date('2026-11-24T08:00:00Z');
  await fixture.deadLetter([
    { body: 'spacer', messageId: 'spacer' },
    {
      body,
      messageId: 'first',
      contentType: 'application/json',
      correlationId: 'c',
      subject: 's',
      applicationProperties: {
        'http://schemas.microsoft.com/xrm/2011/Claims/EntityLogicalName': 'msdyn_resourceassignment',
        when,
        MessageMaxSizeExceeded: true,
        [PROPERTY.attempt]: 7,
        [PROPERTY.firstFailedAt]: '2026-11-24T08:00:00.000Z',
        [PROPERTY.unmappedSince]: '2026-11-24T08:00:00.000Z',
        [PROPERTY.firstEnqueuedAt]: '2026-11-24T07:59:00.000Z',
        [PROPERTY.lastError]: 'ECONNRESET',
      },
    },
    { body, messageId: 'retried', applicationProperties: { [PROPERTY.firstSequenceNumber]: 42 } },
  ]);
  expect(await replayThem(fixture.open())).toEqual({
    selected: 3,
    done: 3,
    failed: [],
    left: 0,
    ended: 'finished',
  });
  const [, first, retried] = await fixture.takeQueue();
  expect(first?.body).toEqual(body);
  expect(first).toMatchObject({
    messageId: 'first',
    contentType: 'application/json',
    correlationId: 'c',
    subject: 's',
    deadLetterReason: undefined,
  });
  expect(first?.applicationProperties).toEqual({
    'http://schemas.microsoft.com/xrm/2011/Claims/EntityLogicalName': 'msdyn_resourceassignment',
    when: when.getTime(),
    MessageMaxSizeExceeded: true,
    [PROPERTY.replayed]: true,
    [PROPERTY.firstSequenceNumber]: 2,
    [PROPERTY.firstEnqueuedAt]: '2026-11-24T07:59:00.000Z',
  });
  expect(retried?.applicationProperties).toEqual({
    [PROPERTY.replayed]: true,
    [PROPERTY.firstSequenceNumber]: 42,
    [PROPERTY.firstEnqueuedAt]: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

test('bodies in other AMQP sections stay what they are, and several data sections stay the same bytes', async () => {
  const { open, broker, client, takeQueue } = await startFixture();
  const sender = client.createSender(QUEUE);
  await sender.sendMessages([
    { body: 'text', bodyType: 'value' },
    { body: [1, 'two'], bodyType: 'sequence' },
  ]);
  // The SDK sends one data section only.
  const connection = rhea.connect({ port: broker.port, reconnect: false });
  const rawSender = connection.open_sender(QUEUE);
  await once(rawSender, 'sendable');
  rawSender.send({ body: rhea.message.data_sections([Buffer.from('{"a"'), Buffer.from(':1}')]) });
  await once(rawSender, 'accepted');
  connection.close();
  const receiver = client.createReceiver(QUEUE);
  for (const message of await receiver.receiveMessages(3)) await receiver.deadLetterMessage(message);
  await replayThem(open());
  const bodies = (await takeQueue()).map(({ body, _rawAmqpMessage: { bodyType } }) => ({ body, bodyType }));
  expect(bodies).toEqual([
    { body: 'text', bodyType: 'value' },
    { body: [1, 'two'], bodyType: 'sequence' },
    { body: Buffer.from('{"a":1}'), bodyType: 'data' },
  ]);
});

test('targets among many others are replayed in order, and the others are there again at once', async () => {
  const fixture = await startFixture();
  const isTarget = (i: number) => i % 500 === 499;
  await fixture.deadLetter(
    drafts(2_500, (i) => ({ body: 'x', reason: isTarget(i) ? 'CorValidation' : 'NotJson' })),
  );
  const result = await replayThem(fixture.open(), { reason: 'CorValidation' });
  expect(result).toEqual({ selected: 5, done: 5, failed: [], left: 0, ended: 'finished' });
  expect(ids(await fixture.takeQueue())).toEqual(['m499', 'm999', 'm1499', 'm1999', 'm2499']);
  expect(await receivable(fixture, 2_495)).toHaveLength(2_495);
});

test('what it sends is never replayed again, though a consumer dead-letters every copy at once', async () => {
  const { open, client, deadLetter, peekDeadLetters, broker } = await startFixture();
  await deadLetter(drafts(60));
  const old = new Set((await peekDeadLetters()).map(({ sequenceNumber }) => String(sequenceNumber)));
  const receiver = client.createReceiver(QUEUE);
  const consumer = receiver.subscribe(
    {
      processMessage: (message) => receiver.deadLetterMessage(message),
      processError: async () => {},
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 1 },
  );
  expect(await replayThem(open())).toMatchObject({ selected: 60, done: 60, left: 0, ended: 'finished' });
  await broker.waitUntilIdle(QUEUE, 5_000);
  await consumer.close();
  const now = await peekDeadLetters();
  expect(ids(now)).toEqual(drafts(60).map(({ messageId }) => messageId));
  expect(now.filter(({ sequenceNumber }) => old.has(String(sequenceNumber)))).toEqual([]);
  // 60 sent to begin with, and exactly one copy of each.
  expect(broker.counts(QUEUE)).toMatchObject({ enqueued: 120, deadLettered: 120, active: 0 });
});

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

test('discarding takes only the selected ones, and sends nothing', async () => {
  const fixture = await startFixture();
  await fixture.deadLetter(drafts(4, (i) => ({ body: 'x', reason: i < 2 ? 'CorValidation' : 'NotJson' })));
  const selection = await selectDeadLetters(fixture.open(), { reason: 'NotJson', max: 1 });
  const result = await discard(selection, { signal: new AbortController().signal });
  expect(result).toMatchObject({ selected: 1, done: 1, left: 0 });
  expect(ids(await fixture.peekDeadLetters())).toEqual(['m0', 'm1', 'm3']);
  expect(fixture.broker.counts(QUEUE).active).toBe(0);
});

test('in topic form both dead-letter queues are emptied and all copies go to the queue', async () => {
  const fixture = await startFixture();
  // The broker serves no topics: a queue stands in for the subscription, and one test client for the address of the other.
  fixture.broker.createQueue({ name: 'events.cor' });
  await fixture.deadLetter(drafts(2));
  const { client } = fixture;
  const sender = client.createSender('events.cor');
  await sender.sendMessages([{ body: 'x', messageId: 's0' }]);
  const live = client.createReceiver('events.cor');
  for (const message of await live.receiveMessages(1)) await live.deadLetterMessage(message);
  const opened: string[] = [];
  const topics = {
    createSender: client.createSender.bind(client),
    createReceiver: ((...[name, second, third]: [string, unknown, object?]) => {
      const entity = typeof second === 'string' ? `${name}.${second}` : name;
      opened.push(entity);
      return client.createReceiver(entity, (third ?? second) as object);
    }) as typeof client.createReceiver,
  };
  const letters = deadLettersOf(
    topics,
    { kind: 'topic', topic: 'events', subscription: 'cor', queue: QUEUE },
    mapping,
  );
  expect(await replayThem(letters)).toMatchObject({ selected: 3, done: 3, left: 0 });
  expect(new Set(opened)).toEqual(new Set(['events.cor', QUEUE]));
  expect(ids(await fixture.takeQueue())).toEqual(['s0', 'm0', 'm1']);
});
