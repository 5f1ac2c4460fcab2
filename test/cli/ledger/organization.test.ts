import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localTime } from '../../../cli/frame/local-time.ts';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { pinOrganization } from '../../../src/ledger/organization.ts';
import { connector } from '../run-connector.ts';

const ID = 'af3a1bb3-12bf-4430-a55d-0f513e3a27c4';
const OTHER = 'c0b1d2e3-5a6b-4c7d-8e9f-0a1b2c3d4e5f';

let storage: LocalStorage;

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) =>
  connector(['ledger', 'organization', ...args], {
    env: { LedgerStorage: storage.connectionString, ...env },
    columns: 200,
    ...(input !== undefined && { input }),
  });

beforeAll(async () => {
  storage = await startLocalStorage();
});
afterAll(() => storage.stop());

beforeEach(async () => {
  const { connectionString } = storage;
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient('cor-ledger')
    .deleteIfExists();
  const { documents } = openLedger({ connectionString });
  await pinOrganization(documents, { id: ID, pinnedAt: '2026-03-04T00:00:00.000Z', by: 'message' });
});

describe('connector ledger organization', () => {
  it('shows the one that is pinned, and how', async () => {
    const { stdout, code } = await run([]);
    expect(stdout).toMatch(`${ID}, pinned by the first message on ${localTime('2026-03-04T00:00:00.000Z')}`);
    expect(code).toBe(0);
  });

  it('pins another when told so, and only then', async () => {
    expect(await run(['set', OTHER], {}, 'no\n')).toMatchObject({ code: 1 });
    expect((await run([])).stdout).toContain(ID);
    const set = await run(['set', `{${OTHER.toUpperCase()}}`], {}, 'yes\n');
    expect(set.stdout).toMatch(`${OTHER}, pinned by this command`);
    expect(set.code).toBe(0);
    expect((await run([])).stdout).toContain(OTHER);
  });

  it('forgets it, so that the next message pins its own', async () => {
    const { stdout, code } = await run(['forget', '--yes']);
    expect(stdout).toMatch(/No organization is pinned: the next message/);
    expect(code).toBe(0);
  });

  it('says when a setting decides instead', async () => {
    const { stderr } = await run([], { DATAVERSE_ORGANIZATION_ID: OTHER });
    expect(stderr).toContain(`DATAVERSE_ORGANIZATION_ID is ${OTHER}: what is pinned does not count.`);
  });

  it.each([
    [['set', 'contoso', '--yes'], /should be a GUID/],
    [['set', '00000000-0000-0000-0000-000000000000', '--yes'], /should be a GUID/],
    [['set', '--yes'], /missing|needs|argument/i],
  ])('%j is wrong use', async (args, message) => {
    const { stderr, code } = await run(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
