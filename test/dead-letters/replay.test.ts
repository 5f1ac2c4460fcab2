import { once } from 'node:events';
import rhea from 'rhea';
import { expect, test } from 'vitest';
import { deadLettersOf } from '../../src/dead-letters/dead-letters.ts';
import { discard } from '../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../src/dead-letters/selection.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { drafts, ids, mapping, QUEUE, startFixture } from './dead-letter-fixture.ts';
import { receivable, replayThem } from './replayed.ts';

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
