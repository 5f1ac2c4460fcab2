import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStorage, startLocalStorage } from '../../local/storage/azurite.ts';
import { createBlobLedger } from '../../src/ledger/blob-ledger.ts';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';

let storage: LocalStorage;
let containers = 0;

beforeAll(async () => {
  storage = await startLocalStorage();
});
afterAll(() => storage.stop());

const kinds: Record<string, () => Ledger> = {
  'in memory': createMemoryLedger,
  'in Azure Blob Storage': () => {
    containers += 1;
    return createBlobLedger(
      { connectionString: storage.connectionString },
      { container: `contract-${containers}` },
    );
  },
};

const RECORD = '3f2b8c1e-6d0a-4b9e-9a55-0c1d2e3f4a5b';

function documentOf(user: string, percentage: number): LedgerDocument {
  const entry = {
    state: 'assigned',
    workspace: 'W-1',
    allocation: { percentage },
    version: { number: 7, sequence: 1 },
  } as const;
  return { schema: 2, user, assignments: { [RECORD]: entry }, released: { 'W-0': '2026-03-04' } };
}

describe.each(Object.entries(kinds))('the ledger %s', (_kind, create) => {
  it('gives an empty document without an ETag for a user it does not know', async () => {
    expect(await create().load('nobody')).toEqual({ document: emptyDocument('nobody'), etag: undefined });
  });

  it('gives back what was saved', async () => {
    const ledger = create();
    expect(await ledger.save(documentOf('u', 25), undefined)).toMatchObject({ kind: 'saved' });
    const { document, etag } = await ledger.load('u');
    expect(document).toEqual(documentOf('u', 25));
    expect(etag).toEqual(expect.any(String));
  });

  it('answers conflict when the document was made meanwhile', async () => {
    const ledger = create();
    await ledger.save(documentOf('u', 25), undefined);
    expect(await ledger.save(documentOf('u', 50), undefined)).toEqual({ kind: 'conflict' });
    expect((await ledger.load('u')).document).toEqual(documentOf('u', 25));
  });

  it('answers conflict when the document was saved meanwhile, and changes nothing', async () => {
    const ledger = create();
    await ledger.save(documentOf('u', 25), undefined);
    const { etag } = await ledger.load('u');
    expect(await ledger.save(documentOf('u', 50), etag)).toMatchObject({ kind: 'saved' });
    expect(await ledger.save(documentOf('u', 75), etag)).toEqual({ kind: 'conflict' });
    expect((await ledger.load('u')).document).toEqual(documentOf('u', 50));
  });

  it('answers conflict when the document is gone', async () => {
    expect(await create().save(documentOf('u', 25), '"0x1"')).toEqual({ kind: 'conflict' });
  });

  it('lets exactly one of many savers through', async () => {
    const ledger = create();
    await ledger.save(documentOf('u', 0), undefined);
    const { etag } = await ledger.load('u');
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => ledger.save(documentOf('u', index), etag)),
    );
    expect(results.filter(({ kind }) => kind === 'saved')).toHaveLength(1);
  });

  it('keeps users apart whatever characters their ids have', async () => {
    const ledger = create();
    const users = ['a/b', 'a%2Fb', 'A/B', '..', 'ü ñ', '名前', "o'hara+1@example.com", '#?&=', 'a\\b'];
    for (const [index, user] of users.entries())
      expect(await ledger.save(documentOf(user, index), undefined)).toMatchObject({ kind: 'saved' });
    for (const [index, user] of users.entries())
      expect((await ledger.load(user)).document).toEqual(documentOf(user, index));
    const listed: string[] = [];
    for await (const user of ledger.users()) listed.push(user);
    expect(listed.sort()).toEqual([...users].sort());
  });

  it('lists nobody when nothing was saved, and can be checked', async () => {
    const ledger = create();
    const listed: string[] = [];
    for await (const user of ledger.users()) listed.push(user);
    expect(listed).toEqual([]);
    await expect(ledger.check()).resolves.toBeUndefined();
  });

  it('lists who is due: the day has come, is not known, or is that of another rule', async () => {
    const ledger = create();
    const users: [string, string | undefined, string | undefined][] = [
      ['never', 'never', 'aaaa0000'],
      ['tomorrow', '2026-03-05', 'aaaa0000'],
      ['today', '2026-03-04', 'aaaa0000'],
      ['long ago', '2025-12-31', 'aaaa0000'],
      ['not known', undefined, 'aaaa0000'],
      ['another rule', 'never', 'bbbb0000'],
      ['no rule', 'never', undefined],
    ];
    for (const [user, nextChange, rule] of users) {
      const document = { ...documentOf(user, 25), ...(nextChange !== undefined && { nextChange }) };
      expect(await ledger.save(document, undefined, rule)).toMatchObject({ kind: 'saved' });
    }
    const due: string[] = [];
    for await (const user of ledger.due('2026-03-04', 'aaaa0000')) due.push(user);
    expect(due.sort()).toEqual(['another rule', 'long ago', 'no rule', 'not known', 'today']);
  });
});

describe('a stored document that cannot be used', () => {
  const cases: [string, string, RegExp][] = [
    ['is cut short', '{"schema":1,"user":"u","assig', /users\/u\.json is not JSON/],
    [
      'has a newer schema',
      '{"schema":3,"user":"u"}',
      /schema 3, this version of the connector reads schema 2/,
    ],
    [
      'has a damaged entry',
      '{"schema":1,"user":"u","assignments":{"r":{"state":"gone"}}}',
      /damaged at \/assignments\/r/,
    ],
    [
      'belongs to somebody else',
      '{"schema":1,"user":"v","assignments":{},"released":[]}',
      /belongs to another user/,
    ],
  ];

  it.each(cases)('%s: stops its own user with a clear error, and no other', async (_what, json, message) => {
    containers += 1;
    const container = `damaged-${containers}`;
    const ledger = createBlobLedger({ connectionString: storage.connectionString }, { container });
    await ledger.save(documentOf('other', 25), undefined);
    const blob = BlobServiceClient.fromConnectionString(storage.connectionString)
      .getContainerClient(container)
      .getBlockBlobClient('users/u.json');
    await blob.upload(json, Buffer.byteLength(json));
    await expect(ledger.load('u')).rejects.toThrow(message);
    expect((await ledger.load('other')).document).toEqual(documentOf('other', 25));
  });
});

describe('a storage that cannot be reached', () => {
  it('rejects within its deadline', async () => {
    const gone = await startLocalStorage();
    await gone.stop();
    const ledger = createBlobLedger({ connectionString: gone.connectionString }, { timeoutMs: 3_000 });
    await expect(ledger.load('u')).rejects.toThrow();
    await expect(ledger.save(emptyDocument('u'), undefined)).rejects.toThrow();
    await expect(ledger.check()).rejects.toThrow();
  });
});
