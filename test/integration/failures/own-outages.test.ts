import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { peekAll } from '../../../local/broker/peek-all.ts';
import { startLocalStorage } from '../../../local/storage/azurite.ts';
import { isEcho, QUEUE } from '../test-stack.ts';
import { expectAccount } from './account.ts';
import { linesFromNow, useFailingSystem } from './failing-system.ts';
import { held, joined, type Member, newMembers, wanted } from './members.ts';

const IDLE_MS = 15_000;
const LOCK_MS = 2_000;
/** Two processes start one after the other; seconds each on a machine that does other things as well. */
const TWO_STARTS_MS = 60_000;
const MAX_MESSAGE_BYTES = 60_000;

/** Locks are short and not renewed: what in Azure takes five minutes takes two seconds. */
const system = useFailingSystem({
  queue: { lockDurationMs: LOCK_MS, maxMessageBytes: MAX_MESSAGE_BYTES },
  hostJson: { extensions: { serviceBus: { maxAutoLockRenewalDuration: '00:00:00' } } },
});

function one(): Member {
  const [member] = newMembers(system().cor, 1);
  if (!member) throw new Error('There is a member.');
  return member;
}

test('a lock that is lost while COR thinks: the message comes again, and COR ends as if it had come once', async () => {
  const { cor, broker, send } = system();
  const log = linesFromNow(system());
  const member = one();
  const message = joined(member);
  cor.hold();
  await send(message);
  await cor.held();
  await new Promise((resolve) => setTimeout(resolve, LOCK_MS + 300));
  cor.release();
  await log.first({ evt: 'message.completed', messageId: message.messageId, deliveryCount: 2 });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { completed: 1 });
  expect(held(cor, [member])).toEqual(wanted([member]));
});

test('a broker connection that drops in the middle: nothing that was under way is lost', async () => {
  const { cor, broker, send } = system();
  const members = newMembers(cor, 8);
  const messages = members.map(joined);
  cor.hold('after');
  await send(...messages);
  await cor.held(8);
  broker.dropConnections();
  cor.release();
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), messages, { completed: messages.length });
  expect(held(cor, members)).toEqual(wanted(members));
});

test(
  'a process that dies between the copy and the completion leaves both, and both are harmless',
  async () => {
    const { cor, hosts, startApp, send, broker, directory } = system();
    const log = linesFromNow(system());
    await hosts[0]?.drain();
    const doomed = await startApp({
      queue: QUEUE,
      directory,
      env: { MAPPING: 'project-team', DIES_AFTER_COPY: '1' },
    });
    const member = one();
    const message = joined(member);
    cor.failNext(1, { status: 500 });
    await send(message);
    await doomed.exited;
    const { locked, active, scheduled } = broker.counts(QUEUE);
    const echoes = [...(await peekAll(broker.connectionString, QUEUE)).keys()].filter(isEcho);
    expect(locked + active + scheduled - echoes.length, 'the message and its copy').toBe(2);
    await expectAccount(system(), [message], { waiting: 1 });
    await startApp({ queue: QUEUE, directory, env: { MAPPING: 'project-team' } });
    await broker.waitUntilIdle(QUEUE, IDLE_MS);
    await expectAccount(system(), [message], { completed: 1 });
    const completed = log.all().filter(({ evt }) => evt === 'message.completed');
    expect(completed.map(({ messageId }) => messageId)).toEqual([message.messageId, message.messageId]);
    expect(held(cor, [member])).toEqual(wanted([member]));
  },
  TWO_STARTS_MS,
);

test('a poison message that cannot even be dead-lettered is held between ten deliveries, then the queue does it; others go on', async () => {
  const { cor, hosts, broker, send, deadLetters } = system();
  const log = linesFromNow(system());
  const poison = { messageId: `poison ${randomUUID()}`, body: Buffer.from('no JSON') };
  const member = one();
  const other = joined(member);
  await hosts.at(-1)?.failSettlements('unknown', 10);
  await send(poison, other);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [poison, other], { deadLettered: 1, completed: 1 });
  const lines = log.all().filter(({ messageId }) => messageId === poison.messageId);
  expect(lines.map(({ evt }) => evt)).toEqual(
    Array.from({ length: 10 }, () => ['message.held', 'message.abandoned']).flat(),
  );
  expect(
    lines.filter(({ evt }) => evt === 'message.held').map(({ delayMs }) => Number(delayMs) >= 5_000),
  ).toEqual(Array.from({ length: 10 }, () => true));
  expect((await deadLetters()).get(poison.messageId)).toMatchObject({
    body: poison.body,
    deadLetterReason: 'MaxDeliveryCountExceeded',
  });
  expect(held(cor, [member])).toEqual(wanted([member]));
});

test('a copy that the queue does not take: the message is given up with what it met, in no time', async () => {
  const { cor, broker, client, deadLetters } = system();
  const log = linesFromNow(system());
  const member = one();
  const message = joined(member);
  // White space to the limit of the queue: the properties of a copy make it too large.
  const room = MAX_MESSAGE_BYTES - message.body.length - 220;
  const large = { ...message, body: Buffer.concat([message.body, Buffer.alloc(room, ' ')]) };
  cor.failNext(1, { status: 500 });
  // Alone: in a batch it would not fit.
  await client.createSender(QUEUE).sendMessages(large);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [large], { deadLettered: 1 });
  const lines = log.all().filter(({ messageId }) => messageId === large.messageId);
  expect(lines).toMatchObject([
    {
      evt: 'message.deadlettered',
      deliveryCount: 1,
      deadLetterReason: 'RetriesExhausted',
      dependency: 'cor',
    },
  ]);
  expect((await deadLetters()).has(large.messageId)).toBe(true);
  expect(held(cor, [member])).not.toEqual(wanted([member]));
});

test('storage down: every message waits in the queue, none becomes a dead letter, and all is applied once it is back', async ({
  onTestFinished,
}) => {
  const { cor, broker, send, storage } = system();
  if (!storage) throw new Error('The ledger is in storage.');
  const log = linesFromNow(system());
  const members = newMembers(cor, 10, 2);
  const messages = members.map(joined);
  const port = Number(/BlobEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(storage.connectionString)?.[1]);
  await storage.stop();
  await send(...messages);
  await log.first({ evt: 'message.retried', errorCode: 'ECONNREFUSED', attempt: 1 });
  await expectAccount(system(), messages, { waiting: messages.length });
  const again = await startLocalStorage(port);
  onTestFinished(() => again.stop());
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), messages, { completed: messages.length });
  expect(log.all().filter(({ evt }) => evt === 'message.deadlettered')).toEqual([]);
  expect(held(cor, members)).toEqual(wanted(members));
});
