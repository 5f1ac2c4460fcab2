import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CorSandbox, startCorSandbox } from '../../local/cor/sandbox.ts';
import { type Connector, createConnector } from '../../src/connector.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments, type NamedDocuments } from '../../src/ledger/named-documents.ts';
import type { LogLine } from '../../src/log.ts';
import type { RetryCopy } from '../../src/messaging/retry-queue.ts';
import { readSettings } from '../../src/settings.ts';
import { assignmentBody, PROJECT, USERS } from '../dead-letters/assignment-body.ts';

const RECORD = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';
const HOUR = 3_600_000;

let cor: CorSandbox;
let ledger: Ledger;
let documents: NamedDocuments;
let connector: Connector;
let now: number;
let queue: RetryCopy[];
let lines: LogLine[];

beforeAll(async () => {
  cor = await startCorSandbox({ users: [USERS.ada], workspaces: [PROJECT] });
});
afterAll(() => cor.stop());

function start(mapping = 'resource-assignment'): Connector {
  const settings = readSettings({
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k',
    ServiceBusQueueName: 'q',
    LedgerStorage: 'memory',
    MAPPING: mapping,
    COR_BASE_URL: cor.baseUrl,
    COR_TOKEN_URL: cor.tokenUrl,
    COR_API_KEY: cor.apiKey,
    COR_CLIENT_SECRET: cor.clientSecret,
  });
  return createConnector(settings, (_level, line) => void lines.push(line), {
    ledger,
    documents,
    clock: { now: () => now, sleep: async () => {} },
    settlement: { deadLetter: async (_token, reason) => Promise.reject(new Error(reason)) },
    retryQueue: { schedule: async (copy) => void queue.push(copy), close: async () => {} },
  });
}

/** Handles a message, and returns the calls of COR that it cost. */
async function handle(
  body: Uint8Array,
  contentType: string | undefined = 'application/json',
): Promise<number> {
  const before = cor.calls.length;
  await connector.handle(body, { lockToken: 'lock', deliveryCount: 1, sequenceNumber: 1, contentType });
  return cor.calls.slice(before).filter(({ operation }) => operation !== 'token').length;
}

/** The timer fires, and what it sent is handled. Returns how many messages that were. */
async function tick(): Promise<number> {
  queue = [];
  await connector.sendDueUsers();
  const sent = queue;
  for (const { body, contentType } of sent) await handle(body, contentType);
  return sent.length;
}

const held = () => cor.state()[USERS.ada] ?? {};

beforeEach(async () => {
  ledger = createMemoryLedger();
  documents = createNamedDocuments(createMemoryStore());
  lines = [];
  queue = [];
  now = Date.UTC(2026, 2, 4, 8);
  connector = start();
  // 40 hours from Monday 2 to Friday 6 March.
  await handle(assignmentBody(USERS.ada, RECORD));
});

describe('the timer dueUsers', () => {
  it('has COR told what no event says: the share of another week, and the end thirty days after the last', async () => {
    expect(held()).toEqual({ [PROJECT]: 100 });
    expect(await tick()).toBe(0);
    now = Date.UTC(2026, 2, 8, 23);
    expect(await tick()).toBe(0);
    now = Date.UTC(2026, 2, 9, 0, 7);
    expect(await tick()).toBe(1);
    expect(held()).toEqual({ [PROJECT]: 0 });
    now = Date.UTC(2026, 3, 5, 23);
    expect(await tick()).toBe(0);
    now = Date.UTC(2026, 3, 6, 0, 7);
    expect(await tick()).toBe(1);
    expect(held()).toEqual({});
    now = Date.UTC(2030, 0, 1);
    expect(await tick()).toBe(0);
  });

  it('says in the log how many users were due, and why a message came', async () => {
    now = Date.UTC(2026, 2, 9);
    await tick();
    expect(lines.slice(-2)).toMatchObject([
      { evt: 'due.sent', dueCount: 1 },
      { evt: 'message.completed', outcome: 'succeeded', why: 'due' },
    ]);
  });

  it('asks once in six hours while the message waits', async () => {
    now = Date.UTC(2026, 2, 9);
    const sent: number[] = [];
    for (let hour = 0; hour < 8; hour += 1, now += HOUR) {
      queue = [];
      await connector.sendDueUsers();
      sent.push(queue.length);
    }
    expect(sent).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
  });

  it('finds a user whose document does not say what COR was told, and whoever was told by another rule', async () => {
    const { document, etag } = await ledger.load(USERS.ada);
    const { told: _, asOf: __, nextChange: ___, ...first } = document;
    await ledger.save(first, etag);
    expect(await tick()).toBe(1);
    expect((await ledger.load(USERS.ada)).document.told).toEqual({ [PROJECT]: 100 });
    now += 7 * HOUR;
    await ledger.save(
      (await ledger.load(USERS.ada)).document,
      (await ledger.load(USERS.ada)).etag,
      'another',
    );
    expect(await tick()).toBe(1);
    now += 7 * HOUR;
    expect(await tick()).toBe(0);
  });

  it('costs no call where a new day changes nothing, and is not asked for again that day', async () => {
    const { document, etag } = await ledger.load(USERS.ada);
    await ledger.save({ ...document, nextChange: '2026-03-05' }, etag, undefined);
    now = Date.UTC(2026, 2, 5);
    await connector.sendDueUsers();
    const [message] = queue;
    expect(await handle(message?.body ?? Buffer.of(), message?.contentType)).toBe(0);
    expect((await ledger.load(USERS.ada)).document).toMatchObject({
      asOf: '2026-03-05',
      nextChange: '2026-03-09',
    });
    now += 7 * HOUR;
    expect(await tick()).toBe(0);
  });

  it('tells what COR takes, and asks again the next day for what it does not', async () => {
    cor.removeWorkspace(PROJECT);
    now = Date.UTC(2026, 2, 9);
    expect(await tick()).toBe(1);
    expect((await ledger.load(USERS.ada)).document).toMatchObject({ told: {}, nextChange: '2026-03-10' });
    expect(lines).toContainEqual({ evt: 'cor.drift', workspaceId: PROJECT });
    cor.addWorkspace(PROJECT);
    now = Date.UTC(2026, 2, 10);
    expect(await tick()).toBe(1);
    expect(held()).toEqual({ [PROJECT]: 0 });
  });

  it('is not stopped by a memory of its own that is damaged', async () => {
    await documents.write('due-users.json', { sent: 'x' }, undefined);
    now = Date.UTC(2026, 2, 9);
    expect(await tick()).toBe(1);
  });
});
