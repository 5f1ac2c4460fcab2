import { readFileSync } from 'node:fs';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CorSandbox, startCorSandbox } from '../../../local/cor/sandbox.ts';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { createCorClient } from '../../../src/cor/create-cor-client.ts';
import { createBlobLedger } from '../../../src/ledger/blob-ledger.ts';
import { emptyDocument, type LedgerDocument } from '../../../src/ledger/document.ts';
import { connector } from '../run-connector.ts';

const USER = 'o’hara/1';
const OTHER = 'b2';

let storage: LocalStorage;
let cor: CorSandbox;

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  connector(['ledger', ...args], { env, columns: 200 });

const ledgerOnly = () => ({
  LedgerStorage: storage.connectionString,
  MAPPING: 'project-team',
  COR_BASE_URL: cor.baseUrl,
  COR_TODAY: '2026-03-04',
});
const everything = () => ({
  ...ledgerOnly(),
  ServiceBusConnection: 'Endpoint=sb://127.0.0.1/;SharedAccessKeyName=none;SharedAccessKey=none',
  ServiceBusQueueName: 'none',
  COR_TOKEN_URL: cor.tokenUrl,
  COR_API_KEY: cor.apiKey,
  COR_CLIENT_SECRET: cor.clientSecret,
});

const version = { number: 7, modifiedOn: Date.UTC(2026, 2, 1), sequence: 3 };
const document: LedgerDocument = {
  schema: 2,
  user: USER,
  assignments: {
    r1: { state: 'assigned', workspace: 'W-1', allocation: { percentage: 20 }, version },
    r2: {
      state: 'assigned',
      workspace: 'W-1',
      allocation: { hours: 8, start: '2026-03-02', finish: '2026-03-06' },
      version: { sequence: 4 },
    },
    r3: { state: 'deleted', version: { number: 9, sequence: 5 }, day: '2026-03-02' },
  },
  released: { 'W-2': '2026-03-02' },
};
const other: LedgerDocument = {
  ...document,
  user: OTHER,
  assignments: { r4: { state: 'assigned', workspace: 'W-2', allocation: { percentage: 50 }, version } },
  released: {},
};

const container = () =>
  BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('cor-ledger');

beforeAll(async () => {
  storage = await startLocalStorage();
  cor = await startCorSandbox({ users: [USER, OTHER], workspaces: ['W-1', 'W-2', 'W-9'] });
});
afterAll(() => Promise.all([storage.stop(), cor.stop()]));

beforeEach(async () => {
  await container().deleteIfExists();
  const ledger = createBlobLedger({ connectionString: storage.connectionString });
  for (const one of [document, other, emptyDocument('refused so far')]) await ledger.save(one, undefined);
});

describe('connector ledger', () => {
  it('names rows that stand with two users, the workspaces that only COR knows, and says what to do', async () => {
    const ledger = createBlobLedger({ connectionString: storage.connectionString });
    const { etag } = await ledger.load(OTHER);
    const later = { ...version, number: 8 };
    const both = { ...other.assignments, r1: { ...document.assignments.r1, version: later } };
    await ledger.save({ ...other, assignments: both } as LedgerDocument, etag);
    // Somebody else's work: the ledger does not know of it.
    const client = createCorClient(cor);
    await client.attach(OTHER, [{ workspaceId: 'W-9', percentage: 5 }]);
    await client.close();
    const { stdout, stderr, code } = await run(['list', '--verify'], everything());
    expect(stdout).toMatch(/b2: COR holds .* COR also shows workspaces that the ledger does not know: W-9\./);
    expect(stderr).toContain('Row r1 stands with b2 (newest');
    expect(stderr).toContain('and with o’hara/1 (older)');
    expect(code).toBe(1);
  });

  it('shows one user: every assignment with its version, and every workspace', async () => {
    const { stdout, stderr, code } = await run(['show', USER], ledgerOnly());
    expect(stdout).toMatch(
      /r1 .* assigned .* W-1 .* 20 % .* 7 .* 2026-0[23]-\d\d \d\d:00:00 [+-]\d\d:\d\d .* #3/,
    );
    expect(stdout).toMatch(/r2 .* 8 h, 2026-03-02 to 2026-03-06 .* #4/);
    expect(stdout).toMatch(/r3 .* deleted /);
    expect(stdout).toMatch(/W-1 +│ 40 %/);
    expect(stderr).toMatch(/Ledger in storage account \w+/);
    expect(code).toBe(0);
  });

  it('lists all users that have entries, and exports their documents', async () => {
    const [list, json, lines] = await Promise.all([
      run(['list'], ledgerOnly()),
      run(['list', '--json'], ledgerOnly()),
      run(['export'], ledgerOnly()),
    ]);
    expect(list.stdout).toMatch(/b2 +│ 1 +│ 1 /);
    expect(list.stdout).toMatch(/o’hara\/1 +│ 2 +│ 1 /);
    expect(list.stdout).not.toContain('refused so far');
    expect(JSON.parse(json.stdout)).toEqual([
      { ...other, percentages: { 'W-2': 50 } },
      { ...document, percentages: { 'W-1': 40 } },
    ]);
    expect(
      readFileSync(lines.stdout.trim(), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([other, document]);
    expect([list.code, json.code, lines.code]).toEqual([0, 0, 0]);
  });

  it('tells COR what it believes and compares the reply: --verify', async () => {
    const mended = await run(['show', USER, '--verify'], everything());
    expect(mended.stdout).toMatch(/o’hara\/1: COR holds what the ledger says \(COR calls made: 1\)/);
    expect(mended.code).toBe(0);
    expect(cor.state()[USER]).toEqual({ 'W-1': 40 });

    cor.removeWorkspace('W-2');
    const differs = await run(['list', '--verify', '--json'], everything());
    expect(JSON.parse(differs.stdout)).toMatchObject([
      { user: OTHER, verified: { kind: 'differs', failure: { class: 'unmapped' } } },
      { user: USER, verified: { kind: 'equal' } },
    ]);
    expect(differs.code).toBe(1);
    cor.addWorkspace('W-2');
  });

  it('names a document that cannot be read, shows the others, and exits with 1', async () => {
    await container().getBlockBlobClient('users/b2.json').upload('{"schema":9}', 12);
    const [list, show] = await Promise.all([run(['list'], ledgerOnly()), run(['show', OTHER], ledgerOnly())]);
    expect(list.stdout).toContain(USER);
    for (const { stderr, code } of [list, show]) {
      expect(stderr).toMatch(/users\/b2\.json has schema 9, .* Restore an earlier version of the blob/);
      expect(code).toBe(1);
    }
  });

  it('says that it does not know a user', async () => {
    const { stdout, stderr, code } = await run(['show', 'nobody'], ledgerOnly());
    expect(stderr).toContain('The ledger has no document of user "nobody"');
    expect([stdout, code]).toEqual(['', 1]);
  });

  const failing: [string, Record<string, string>, RegExp, number][] = [
    ['the ledger is in memory', { LedgerStorage: 'memory' }, /lives inside the app only/, 2],
    [
      'the connection string is none',
      { LedgerStorage: 'AccountKey=hush' },
      /LedgerStorage: should be a connection string such as/,
      2,
    ],
    [
      'the storage cannot be reached',
      {
        LedgerStorage:
          'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aHVzaA==;BlobEndpoint=http://127.0.0.1:9/a;',
      },
      /The ledger storage answered ECONNREFUSED\. Check the storage account/,
      3,
    ],
  ];
  it.each(failing)('says what to do when %s', async (_what, env, message, exitCode) => {
    const { stdout, stderr, code } = await run(['list'], env);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/hush|aHVzaA/);
    expect([stdout, code]).toEqual(['', exitCode]);
  });

  it('exits with 2 and says what is wrong with the command line', async () => {
    const { stdout, stderr, code } = await run(['show']);
    expect(stderr).toContain('user is missing.');
    expect([stdout, code]).toEqual(['', 2]);
  });
});
