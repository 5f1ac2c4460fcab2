import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { QUEUE } from '../test-stack.ts';
import { expectAccount } from './account.ts';
import { linesFromNow, useFailingSystem } from './failing-system.ts';
import { held, joined, newMembers, wanted } from './members.ts';

const IDLE_MS = 15_000;

const system = useFailingSystem({ ledger: 'memory', env: { COR_CREATE_MISSING_WORKSPACES: 'true' } });

// What one test leaves broken when it fails is not the fault of the next.
afterEach(() => system().cor.set({ down: false, refuseCredentials: null }));

test('COR down: one probe at a time goes out, the rest waits in the queue, and all is applied once COR is back', async () => {
  const { cor, broker, send } = system();
  const log = linesFromNow(system());
  const members = newMembers(cor, 10, 4);
  const messages = members.map(joined);
  cor.clearCalls();
  cor.set({ down: true });
  await send(...messages);
  await log.first({ evt: 'pause.started', reason: 'COR cannot be reached' });
  const began = Date.now();
  const retried = () => log.all().filter(({ evt }) => evt === 'message.retried');
  // The first copy loads and connects the SDK.
  await vi.waitFor(() => expect(retried().length).toBeGreaterThanOrEqual(2 * members.length), 10_000);
  const tries = retried();
  expect(tries.every(({ errorClass, outcome }) => errorClass === 'transient' && outcome === 'retry')).toBe(
    true,
  );
  // Those that were under way when it began (COR_CONCURRENCY), then probes a second and more apart.
  expect(cor.calls.length).toBeLessThanOrEqual(16 + 2 + (Date.now() - began) / 1_000);
  await expectAccount(system(), messages, { waiting: messages.length });
  cor.set({ down: false });
  await log.first({ evt: 'pause.ended', reason: 'COR cannot be reached' });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), messages, { completed: messages.length });
  expect(held(cor, members)).toEqual(wanted(members));
});

test.each([
  ['seconds', () => '2'],
  ['an HTTP date', () => new Date(Date.now() + 3_000).toUTCString()],
])('429 with Retry-After in %s: no call before that time, then all is applied', async (_form, retryAfter) => {
  const { cor, broker, send } = system();
  const log = linesFromNow(system());
  const members = newMembers(cor, 8);
  const [first, ...others] = members.map(joined);
  if (!first) throw new Error('There are members.');
  cor.clearCalls();
  const value = retryAfter();
  cor.failNext(1, { status: 429, retryAfter: value });
  await send(first);
  const { delayMs } = await log.first({ evt: 'pause.started', reason: 'COR answers 429' });
  expect(delayMs).toBeGreaterThan(1_000);
  await send(...others);
  await log.first({ evt: 'message.retried', errorCode: 'PAUSED' });
  await log.first({ evt: 'pause.ended', reason: 'COR answers 429' });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  const [refused, next] = cor.calls.filter(({ operation }) => operation === 'attach');
  expect(refused?.status).toBe(429);
  const asked = Number(value) ? Number(refused?.at) + 2_000 : Date.parse(value);
  expect(Number(next?.at)).toBeGreaterThanOrEqual(asked);
  await expectAccount(system(), [first, ...others], { completed: members.length });
  expect(held(cor, members)).toEqual(wanted(members));
});

test('COR refuses the credentials: nothing is given up until they are mended, and no log line holds them', async () => {
  const { cor, broker, send, text } = system();
  const log = linesFromNow(system());
  const members = newMembers(cor, 6);
  const messages = members.map(joined);
  cor.set({ refuseCredentials: 401 });
  cor.invalidateTokens();
  await send(...messages);
  await log.first({ evt: 'pause.started', reason: 'COR refuses the credentials' });
  await log.first({ evt: 'message.retried', errorClass: 'auth' });
  await expectAccount(system(), messages, { waiting: messages.length });
  cor.set({ refuseCredentials: null });
  await log.first({ evt: 'pause.ended', reason: 'COR refuses the credentials' });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), messages, { completed: messages.length });
  expect(held(cor, members)).toEqual(wanted(members));
  for (const secret of [cor.apiKey, cor.clientSecret]) expect(text()).not.toContain(secret);
});

test('a workspace that COR does not know is created where that is allowed, under its id, and active', async () => {
  const { cor, broker, send } = system();
  const log = linesFromNow(system());
  const [member] = newMembers(cor, 1);
  if (!member) throw new Error('There is a member.');
  const unknown = { ...member, project: randomUUID() };
  cor.clearCalls();
  const message = joined(unknown);
  await send(message);
  await log.first({ evt: 'cor.workspaceCreated', workspaceId: unknown.project });
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), [message], { completed: 1 });
  expect(held(cor, [unknown])).toEqual(wanted([unknown]));
  expect(cor.calls.map(({ operation }) => operation)).toEqual(['attach', 'createWorkspace', 'attach']);
});

test('a workspace that somebody else creates at the same moment is as good as created', async () => {
  const { cor, broker, send } = system();
  const members = newMembers(cor, 1);
  const messages = members.map(joined);
  cor.clearCalls();
  cor.failNext(1, { status: 404, body: { statusCode: 404, code: 'ZC001', message: 'Not associated' } });
  await send(...messages);
  await broker.waitUntilIdle(QUEUE, IDLE_MS);
  await expectAccount(system(), messages, { completed: 1 });
  expect(cor.calls.map(({ operation, status }) => [operation, status])).toEqual([
    ['attach', 404],
    ['createWorkspace', 409],
    ['attach', 200],
  ]);
  expect(held(cor, members)).toEqual(wanted(members));
});
