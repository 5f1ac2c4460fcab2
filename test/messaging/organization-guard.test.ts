import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import {
  forgetOrganization,
  readPinnedOrganization,
  setOrganization,
} from '../../src/ledger/organization.ts';
import type { LogLine } from '../../src/log.ts';
import { OrganizationGuard } from '../../src/messaging/organization-guard.ts';

const OURS = 'af3a1bb3-12bf-4430-a55d-0f513e3a27c4';
const COPY = 'c0b1d2e3-5a6b-4c7d-8e9f-0a1b2c3d4e5f';
const ZERO = '00000000-0000-0000-0000-000000000000';
const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 4);

function setUp(organization?: string) {
  const store = createMemoryStore();
  let reads = 0;
  const documents = createNamedDocuments({
    ...store,
    read(name) {
      reads += 1;
      return store.read(name);
    },
  });
  const time = { now: START };
  const lines: LogLine[] = [];
  const guard = () =>
    new OrganizationGuard({
      organization,
      documents,
      clock: { now: () => time.now },
      log: (_level, line) => lines.push(line),
    });
  return { documents, guard, lines, time, reads: () => reads };
}

const pin = (id: string) => ({ id, pinnedAt: '2026-03-04T00:00:00.000Z', by: 'command' }) as const;

describe('which organization is ours', () => {
  it('is pinned by the first message, for every instance and for good', async () => {
    const { documents, guard, lines } = setUp();
    expect(await guard().refusalOf(OURS)).toBeUndefined();
    expect(await readPinnedOrganization(documents)).toEqual({ ...pin(OURS), by: 'message' });
    expect(lines).toEqual([{ evt: 'organization.pinned', organizationId: OURS }]);
    const refused = await guard().refusalOf(COPY);
    expect(refused).toMatchObject({ outcome: 'deadLetter', reason: 'WrongOrganization' });
    expect(refused?.description).toMatch(new RegExp(`${COPY}.*${OURS}.*dataverse remove.*organization set`));
    expect(lines).toHaveLength(1);
  });

  it('is one of two that come at once, and the other is refused', async () => {
    const { guard } = setUp();
    const refusals = await Promise.all([guard().refusalOf(OURS), guard().refusalOf(COPY)]);
    expect(refusals.filter((one) => one === undefined)).toHaveLength(1);
  });

  it('is what the setting says: then nothing is pinned or read', async () => {
    const { documents, guard, reads } = setUp(OURS);
    const one = guard();
    expect(await one.refusalOf(OURS)).toBeUndefined();
    expect((await one.refusalOf(COPY))?.reason).toBe('WrongOrganization');
    expect(reads()).toBe(0);
    expect(await readPinnedOrganization(documents)).toBeUndefined();
  });

  it.each([undefined, ZERO])(
    'is not told by a message of %s: it passes, with a warning once an hour, and pins nothing',
    async (id) => {
      const { documents, guard, lines, time } = setUp();
      const one = guard();
      expect(await one.refusalOf(id)).toBeUndefined();
      expect(await one.refusalOf(id)).toBeUndefined();
      expect(lines).toMatchObject([{ evt: 'organization.unknown' }]);
      time.now += 61 * MINUTE;
      await one.refusalOf(id);
      expect(lines).toHaveLength(2);
      expect(await readPinnedOrganization(documents)).toBeUndefined();
    },
  );

  it('is read once for many messages, and again within minutes when an operator pins another or none', async () => {
    const { documents, guard, reads, time } = setUp();
    const one = guard();
    await Promise.all(Array.from({ length: 50 }, () => one.refusalOf(OURS)));
    expect(reads()).toBe(1);
    await setOrganization(documents, pin(COPY));
    time.now += 11_000;
    expect(await one.refusalOf(COPY)).toBeUndefined();
    expect((await one.refusalOf(OURS))?.reason).toBe('WrongOrganization');
    await forgetOrganization(documents);
    time.now += 6 * MINUTE;
    expect(await one.refusalOf(OURS)).toBeUndefined();
    expect((await readPinnedOrganization(documents))?.id).toBe(OURS);
  });

  it('is read at most every ten seconds for a copy that posts thousands of messages', async () => {
    const { guard, reads, time } = setUp();
    const one = guard();
    await one.refusalOf(OURS);
    const before = reads();
    for (let count = 0; count < 1_000; count += 1) {
      time.now += 20;
      expect((await one.refusalOf(COPY))?.reason).toBe('WrongOrganization');
    }
    expect(reads() - before).toBeLessThanOrEqual(2);
  });

  it('is not guessed when the pin is damaged', async () => {
    const { documents, guard } = setUp();
    await documents.write('organization.json', { id: 'none' }, undefined);
    await expect(guard().refusalOf(OURS)).rejects.toThrow(/organization\.json .*organization set ID/);
  });
});
