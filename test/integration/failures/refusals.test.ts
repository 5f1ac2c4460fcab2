import { randomUUID } from 'node:crypto';
import type { ServiceBusMessage } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { withDeadLetters } from '../../../src/dead-letters/dead-letters.ts';
import { replay } from '../../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../../src/dead-letters/selection.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { QUEUE } from '../test-stack.ts';
import { expectAccount } from './account.ts';
import { linesFromNow, useFailingSystem } from './failing-system.ts';
import { held, joined, type Member, newMembers, wanted } from './members.ts';

const IDLE_MS = 15_000;

const system = useFailingSystem({ ledger: 'memory', env: { UNMAPPED_GRACE: '2s', RETRY_WINDOW: '500ms' } });

function one(): Member {
  const [member] = newMembers(system().cor, 1);
  if (!member) throw new Error('There is a member.');
  return member;
}

/** What an operator does once the cause is mended. */
function replayAll(reason: string) {
  const { broker } = system();
  const settings = {
    serviceBus: { connectionString: broker.connectionString },
    source: { kind: 'queue', queue: QUEUE } as const,
    mapping: loadMapping('project-team'),
  };
  return withDeadLetters(settings, async (letters) => {
    const { signal } = new AbortController();
    return replay(letters, await selectDeadLetters(letters, { reason }), { signal });
  });
}

/** The dead letter is there for this reason, with advice; once it is replayed nothing of it is left. */
async function mendAndReplay(
  message: ServiceBusMessage & { messageId: string },
  reason: string,
  mend: () => void,
): Promise<void> {
  const { broker } = system();
  const log = linesFromNow(system());
  mend();
  expect(await replayAll(reason)).toMatchObject({ selected: 1, done: 1 });
  await log.first({ evt: 'message.completed', messageId: message.messageId, replayed: true });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { completed: 1 });
}

test('a user that COR does not know yet is waited for', async () => {
  const { cor, broker, send } = system();
  const log = linesFromNow(system());
  const early = { ...one(), user: randomUUID() };
  const message = joined(early);
  await send(message);
  const retried = await log.first({ evt: 'message.retried', messageId: message.messageId });
  expect(retried).toMatchObject({
    errorCode: 'ZC001',
    errorClass: 'permanent',
    dependency: 'cor',
    httpStatus: 404,
  });
  cor.addUser(early.user);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { completed: 1 });
  expect(held(cor, [early])).toEqual(wanted([early]));
});

test('a workspace that stays unknown ends as a dead letter after the grace, holds up nobody else, and is replayed once it is there', async () => {
  const { cor, broker, send, deadLetters } = system();
  const log = linesFromNow(system());
  const good = one();
  const bad = { ...good, project: randomUUID(), percentage: 55 };
  const [message, other] = [joined(bad), joined(good)];
  await send(message, other);
  await log.first({ evt: 'message.completed', messageId: other.messageId });
  await expectAccount(system(), [message, other], { waiting: 1, completed: 1 });
  await log.first({
    evt: 'message.deadlettered',
    messageId: message.messageId,
    deadLetterReason: 'CorEntityNotMapped',
  });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message, other], { deadLettered: 1, completed: 1 });
  const letter = (await deadLetters()).get(message.messageId);
  expect(letter).toMatchObject({ body: message.body, deadLetterReason: 'CorEntityNotMapped' });
  expect(letter?.deadLetterErrorDescription).toContain(
    'Create the user or workspace in COR under this external id (source COR_SOURCE, by default MICROSOFT_DYNAMICS), then replay.',
  );
  await mendAndReplay(message, 'CorEntityNotMapped', () => cor.addWorkspace(bad.project));
  expect(held(cor, [good])).toEqual(wanted([good, bad]));
});

test('what COR finds invalid is a dead letter after a few tries, the rest of the same user goes on', async () => {
  const { cor, broker, send, deadLetters } = system();
  const log = linesFromNow(system());
  const good = one();
  const bad = { ...good, project: randomUUID() };
  cor.addWorkspace({ id: bad.project, active: false });
  cor.set({ inactiveWorkspace: 'refuse' });
  const [message, other] = [joined(bad), joined(good)];
  await send(message, other);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message, other], { deadLettered: 1, completed: 1 });
  // A message that makes room under 100 % may come behind it.
  expect(log.all().filter(({ evt }) => evt === 'message.retried')).toHaveLength(3);
  expect(held(cor, [good])).toEqual(wanted([good]));
  const letter = (await deadLetters()).get(message.messageId);
  expect(letter).toMatchObject({
    deadLetterReason: 'CorValidation',
    deadLetterErrorDescription: expect.stringContaining('is not active'),
  });
  await mendAndReplay(message, 'CorValidation', () => cor.set({ inactiveWorkspace: 'accept' }));
  expect(held(cor, [good])).toEqual(wanted([good, bad]));
});

test('a body without JSON is a dead letter at once, and COR hears nothing of it', async () => {
  const { cor, broker, send, deadLetters, text } = system();
  cor.clearCalls();
  const message = {
    messageId: `none ${randomUUID()}`,
    contentType: 'application/json',
    body: Buffer.from('ada@example.com'),
  };
  await send(message);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { deadLettered: 1 });
  expect((await deadLetters()).get(message.messageId)).toMatchObject({
    body: message.body,
    deadLetterReason: 'NotJson',
    deliveryCount: 0,
  });
  expect(cor.calls).toEqual([]);
  expect(text()).not.toContain('ada@example.com');
});

test('what COR takes and does not apply is tried three more times, then a dead letter that says what COR shows', async () => {
  const { cor, broker, send, deadLetters } = system();
  const log = linesFromNow(system());
  const member = { ...one(), percentage: 33.33 };
  const message = joined(member);
  cor.set({ percentagePrecision: 'integer' });
  await send(message);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { deadLettered: 1 });
  expect(log.all().filter(({ evt }) => evt === 'message.retried')).toHaveLength(3);
  const letter = (await deadLetters()).get(message.messageId);
  expect(letter).toMatchObject({ deadLetterReason: 'CorDidNotApply' });
  expect(letter?.deadLetterErrorDescription).toContain(`${member.project} is 33 %, wanted 33.33 %`);
  await mendAndReplay(message, 'CorDidNotApply', () => cor.set({ percentagePrecision: 'decimals' }));
  expect(held(cor, [member])).toEqual(wanted([member]));
});

test('an outage longer than the retry window ends in dead letters that say so, and replaying them applies everything', async () => {
  const { cor, broker, send, deadLetters } = system();
  const member = one();
  const message = joined(member);
  cor.failNext(100, { status: 500 });
  await send(message);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { deadLettered: 1 });
  const letter = (await deadLetters()).get(message.messageId);
  expect(letter).toMatchObject({ deadLetterReason: 'RetriesExhausted' });
  expect(letter?.deadLetterErrorDescription).toMatch(
    /^Tried \d+ times in \d+ s\. Last error: COR cannot serve/,
  );
  await mendAndReplay(message, 'RetriesExhausted', () => cor.set({ failNext: [] }));
  expect(held(cor, [member])).toEqual(wanted([member]));
});
