import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStorage, startLocalStorage } from '../../local/storage/azurite.ts';
import { createBlobStore } from '../../src/ledger/blob-store.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import { createStoredLedger } from '../../src/ledger/stored-ledger.ts';
import type { TextStore } from '../../src/ledger/text-store.ts';

let storage: LocalStorage;
let containers = 0;

beforeAll(async () => {
  storage = await startLocalStorage();
});
afterAll(() => storage.stop());

const stores: Record<string, () => TextStore> = {
  'in memory': createMemoryStore,
  'in Azure Blob Storage': () => {
    containers += 1;
    return createBlobStore(
      { connectionString: storage.connectionString },
      { container: `documents-${containers}` },
    );
  },
};

async function all(names: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found.sort();
}

describe.each(Object.entries(stores))('documents beside the ledger, %s', (_kind, open) => {
  it('are read as they were written, and not there before', async () => {
    const documents = createNamedDocuments(open());
    expect(await documents.read('organization.json')).toBeUndefined();
    expect(await documents.write('organization.json', { id: 'a' }, undefined)).toBe('saved');
    expect(await documents.read('organization.json')).toEqual({
      value: { id: 'a' },
      etag: expect.any(String),
    });
  });

  it('are written by one of two who read the same', async () => {
    const documents = createNamedDocuments(open());
    expect(await documents.write('lease.json', 1, undefined)).toBe('saved');
    expect(await documents.write('lease.json', 2, undefined)).toBe('conflict');
    const read = await documents.read('lease.json');
    expect(await documents.write('lease.json', 3, read?.etag)).toBe('saved');
    expect(await documents.write('lease.json', 4, read?.etag)).toBe('conflict');
    expect((await documents.read('lease.json'))?.value).toBe(3);
  });

  it('are removed, also when they are not there', async () => {
    const documents = createNamedDocuments(open());
    await documents.write('a.json', 1, undefined);
    await documents.remove('a.json');
    await documents.remove('a.json');
    expect(await documents.read('a.json')).toBeUndefined();
    expect(await documents.write('a.json', 2, undefined)).toBe('saved');
  });

  it('are listed by how they begin, users never', async () => {
    const store = open();
    const documents = createNamedDocuments(store);
    expect(await all(documents.names('reports/'))).toEqual([]);
    await createStoredLedger(store).save(emptyDocument('u'), undefined);
    for (const name of ['reports/1.json', 'reports/2.json', 'organization.json'])
      await documents.write(name, {}, undefined);
    expect(await all(documents.names('reports/'))).toEqual(['reports/1.json', 'reports/2.json']);
    expect(await all(documents.names(''))).toEqual(['organization.json', 'reports/1.json', 'reports/2.json']);
    await expect(documents.read('users/u.json')).rejects.toThrow(RangeError);
  });

  it('say which one is damaged', async () => {
    const store = open();
    await store.write('organization.json', '{"id', undefined);
    await expect(createNamedDocuments(store).read('organization.json')).rejects.toThrow(
      /organization\.json .* is not JSON/,
    );
  });
});
