import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../../local/broker/broker.ts';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { emptyDocument } from '../../../src/ledger/document.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { decodeUserMessage, USER_MESSAGE_TYPE } from '../../../src/messaging/user-message.ts';
import { connector } from '../run-connector.ts';

const QUEUE = 'assignments';
const USERS = ['ada@example.com', 'b2', 'o’hara/1', ...Array.from({ length: 20 }, (_, index) => `u${index}`)];

let broker: Broker;
let storage: LocalStorage;

beforeAll(async () => {
  [broker, storage] = await Promise.all([startBroker({ queues: [{ name: QUEUE }] }), startLocalStorage()]);
  const { ledger } = openLedger({ connectionString: storage.connectionString });
  for (const user of USERS) await ledger.save(emptyDocument(user), undefined);
});
afterAll(() => Promise.all([broker.stop(), storage.stop()]));

const run = (args: readonly string[], input?: string) =>
  connector(['ledger', 'forget-versions', ...args], {
    env: {
      ServiceBusConnection: broker.connectionString,
      ServiceBusQueueName: QUEUE,
      LedgerStorage: storage.connectionString,
    },
    columns: 200,
    ...(input !== undefined && { input }),
  });

async function inTheQueue() {
  const client = new ServiceBusClient(broker.connectionString);
  try {
    return await client.createReceiver(QUEUE).peekMessages(100);
  } finally {
    await client.close();
  }
}

it('asks, names where it is about to send, and sends nothing without a yes', async () => {
  const { stdout, stderr, code } = await run([], 'no\n');
  expect(`${stdout}${stderr}`).toMatch(/23 users are in the ledger/);
  expect(stderr).toMatch(/Ledger in storage account .*; Queue assignments in /);
  expect(code).toBe(1);
  expect(await inTheQueue()).toEqual([]);
});

it('sends each user one message with the time of the run', async () => {
  const before = Date.now();
  const { stdout, stderr, code } = await run(['--yes']);
  expect(stdout).toMatch(/Sent 23\./);
  expect(stderr).toMatch(/versionWentBack.*change those rows once more/);
  expect(code).toBe(0);
  const messages = await inTheQueue();
  const decoded = messages.map(({ body }) => decodeUserMessage(Buffer.from(JSON.stringify(body))));
  const sent = decoded.map((one) => (one.outcome === 'decoded' ? one.message : undefined));
  expect(sent.map((message) => message?.user).sort()).toEqual([...USERS].sort());
  expect(new Set(sent.map((message) => message?.why))).toEqual(new Set(['forget']));
  const [first] = sent;
  expect(new Set(sent.map((message) => message?.run))).toEqual(new Set([first?.run]));
  expect(Date.parse(first?.run ?? '')).toBeGreaterThanOrEqual(before);
  for (const { contentType, messageId } of messages) {
    expect(contentType).toBe(USER_MESSAGE_TYPE);
    expect(messageId).not.toContain('example.com');
  }
});
