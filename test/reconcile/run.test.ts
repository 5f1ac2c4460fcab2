import { describe, expect, it } from 'vitest';
import { guidOf, ORGANIZATION } from '../../local/events/cast.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { readPinnedOrganization } from '../../src/ledger/organization.ts';
import { waitingKey } from '../../src/reconcile/compare-user.ts';
import { claimTable } from '../../src/reconcile/ledger-tables.ts';
import { isEqual } from '../../src/reconcile/report.ts';
import {
  applyRun,
  planRun,
  type RunOptions,
  type RunWorld,
  reconcile,
  underLease,
} from '../../src/reconcile/run.ts';
import { StoredReports } from '../../src/reconcile/stored-reports.ts';
import { type OpenWorld, openWorld } from './open-world.ts';

const TABLE = 'msdyn_resourceassignment';
const TIMER: RunOptions = { by: 'timer' };

/** All rows of the story are in the ledger. */
async function loaded(...options: Parameters<typeof openWorld>): Promise<OpenWorld> {
  const opened = await openWorld(...options);
  await reconcile(opened.world, TIMER);
  await opened.handleAll();
  return opened;
}

const assigned = ({ dataverse }: OpenWorld) =>
  dataverse
    .rows(TABLE)
    .filter((row) => row.statecode === 0 && row._msdyn_bookableresourceid_value)
    .filter(({ msdyn_finish: finish }) => typeof finish === 'string' && finish > '2026-02')
    .map((row) => `${row._msdyn_bookableresourceid_value} ${row.msdyn_resourceassignmentid}`)
    .sort();

const first = async (opened: OpenWorld): Promise<[user: string, record: string]> => {
  const [text = ''] = await opened.held();
  return text.split(' ') as [string, string];
};

const again = (world: RunWorld) => reconcile(world, TIMER);

async function codeOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => 'ended well',
    (error: { code?: unknown }) => error.code,
  );
}

describe('a run', () => {
  it('with an empty ledger is the first load: one message a user, and then all is equal', async () => {
    const opened = await openWorld();
    const report = await reconcile(opened.world, TIMER);
    const users = new Set(assigned(opened).map((text) => text.split(' ')[0]));
    expect(opened.queue.map(({ user }) => user).sort()).toEqual([...users].sort());
    expect(report).toMatchObject({ messages: users.size, differing: users.size, brakeHeld: 0 });
    expect(report.counts.missingInLedger).toBe(assigned(opened).length);
    expect(opened.queue.every(({ organization }) => organization === ORGANIZATION.id)).toBe(true);
    await opened.handleAll();
    expect(await opened.held()).toEqual(assigned(opened));
    const after = await again(opened.world);
    expect(opened.queue).toEqual([]);
    expect(isEqual(after)).toBe(true);
    expect(after.counts.equal + after.counts.unmappable).toBe(opened.dataverse.rows(TABLE).length);
  });

  it('finds what a lost event did not tell, in each way that a row can change', async () => {
    const opened = await loaded();
    const { dataverse, world } = opened;
    const lost = { withEvent: false };
    const ids = (await opened.held()).map((text) => text.split(' ')[1] ?? '');
    const [changed = '', moved = '', deleted = '', nobodys = ''] = ids;
    dataverse.update(TABLE, changed, { msdyn_effort: 3 }, lost);
    const [other = ''] = (await opened.held())
      .map((text) => text.split(' ')[0] ?? '')
      .filter((id) => id !== String(dataverse.row(TABLE, moved)._msdyn_bookableresourceid_value));
    dataverse.update(TABLE, moved, { msdyn_bookableresourceid: other }, lost);
    dataverse.delete(TABLE, deleted, lost);
    dataverse.update(TABLE, nobodys, { msdyn_bookableresourceid: null }, lost);
    const { counts } = await again(world);
    expect(counts).toMatchObject({
      staleInLedger: 2,
      movedInDynamics: 1,
      missingInLedger: 1,
      goneInDynamics: 1,
    });
    await opened.handleAll();
    expect(await opened.held()).toEqual(assigned(opened));
    expect(isEqual(await again(world))).toBe(true);
  });

  it('sends to users who differ, and to no other', async () => {
    const opened = await loaded();
    const [user, record] = await first(opened);
    opened.dataverse.update(TABLE, record, { msdyn_effort: 3 }, { withEvent: false });
    await again(opened.world);
    expect(opened.queue).toMatchObject([{ user, why: 'reconcile', changes: [{ record }], reassert: false }]);
  });

  it('does not send again what waits as a dead letter at the same version', async () => {
    const opened = await loaded();
    const [user, record] = await first(opened);
    const { versionnumber } = opened.dataverse.update(
      TABLE,
      record,
      { msdyn_effort: 3 },
      { withEvent: false },
    );
    const waiting = new Set([waitingKey({ user, record, version: { number: Number(versionnumber) } })]);
    const report = await again({ ...opened.world, waiting: async () => waiting });
    expect(opened.queue).toEqual([]);
    expect(report.counts.held).toBe(1);
    expect(isEqual(report)).toBe(true);
  });

  it('tells a user again whom COR was told something else than is wanted today', async () => {
    const opened = await loaded();
    const [user] = await first(opened);
    const { document, etag } = await opened.ledger.load(user);
    await opened.ledger.save({ ...document, told: {}, asOf: '2026-03-01' }, etag);
    const report = await again(opened.world);
    expect(report.counts.notTold).toBe(1);
    expect(opened.queue).toMatchObject([{ user, changes: [], reassert: true }]);
  });

  it('leaves a user alone whose document cannot be read', async () => {
    const opened = await loaded();
    const [user] = await first(opened);
    const { LedgerUnreadableError } = await import('../../src/ledger/parse-document.ts');
    const ledger = {
      users: () => opened.ledger.users(),
      load: async (one: string) => {
        if (one === user) throw new LedgerUnreadableError('users/x.json', 'is damaged');
        return opened.ledger.load(one);
      },
    };
    expect(await again({ ...opened.world, ledger })).toMatchObject({ unreadable: 1, messages: 0 });
  });

  it('can be told to assert everybody in COR again', async () => {
    const opened = await loaded();
    const users = new Set((await opened.held()).map((text) => text.split(' ')[0]));
    await reconcile(opened.world, { by: 'timer', verify: true });
    expect(new Set(opened.queue.map(({ user }) => user))).toEqual(users);
    expect(opened.queue.every(({ reassert, changes }) => reassert && changes.length === 0)).toBe(true);
  });
});

describe('a partial list changes nothing:', () => {
  async function nothingHappens(opened: OpenWorld, code: string, world = opened.world): Promise<void> {
    const before = await opened.held();
    expect(await codeOf(again(world))).toBe(code);
    expect(opened.queue).toEqual([]);
    expect(await opened.held()).toEqual(before);
    expect(await new StoredReports(opened.world.documents).runs()).toHaveLength(1);
  }

  it('an empty table, while the ledger has rows', async () => {
    const opened = await loaded();
    for (const { msdyn_resourceassignmentid: id } of opened.dataverse.rows(TABLE))
      opened.dataverse.delete(TABLE, String(id), { withEvent: false });
    await nothingHappens(opened, 'partial');
  });

  it('a table without the column of the users', async () => {
    const opened = await loaded();
    const { reader } = opened.world;
    const metadata = async (name: string) => {
      const found = await reader.metadata(name);
      const columns = new Map([...found.columns].filter(([column]) => column !== 'msdyn_bookableresourceid'));
      return { ...found, columns };
    };
    const without = {
      whoAmI: () => reader.whoAmI(),
      row: reader.row.bind(reader),
      rows: reader.rows.bind(reader),
      metadata,
    };
    await nothingHappens(opened, 'partial', { ...opened.world, reader: without });
  });

  it('a page that cannot be read', async () => {
    const opened = await loaded();
    opened.dataverse.set({ missingPrivileges: ['prvReadmsdyn_resourceassignment'] });
    expect(await again(opened.world).catch((error: Error) => error.name)).toBe('DataverseError');
    expect(opened.queue).toEqual([]);
  });

  it('another environment than that of the ledger', async () => {
    const opened = await loaded();
    expect((await readPinnedOrganization(opened.world.documents))?.id).toBe(ORGANIZATION.id);
    const whoAmI = async () => ({ organizationId: guidOf('a sandbox'), userId: guidOf('x') });
    const { reader } = opened.world;
    const other = {
      whoAmI,
      row: reader.row.bind(reader),
      rows: reader.rows.bind(reader),
      metadata: reader.metadata.bind(reader),
    };
    await nothingHappens(opened, 'otherOrganization', { ...opened.world, reader: other });
  });

  it('a ledger that holds the rows of another table too', async () => {
    const opened = await loaded();
    await claimTable(opened.world.documents, TABLE);
    expect(await codeOf(planRun(opened.world, TIMER))).toBe('ended well');
    await claimTable(opened.world.documents, 'msdyn_projectteam');
    await nothingHappens(opened, 'sharedLedger');
  });

  it('a run that is stopped between two pages', async () => {
    const opened = await loaded();
    const stopped = new AbortController();
    stopped.abort();
    await nothingHappens(opened, 'stopped', { ...opened.world, signal: stopped.signal });
  });

  it('a second run beside the first, until the first is over', async () => {
    const opened = await loaded();
    await underLease(opened.world, async () => {
      expect(await codeOf(again(opened.world))).toBe('busy');
    });
    expect(await codeOf(again(opened.world))).toBe('ended well');
  });

  it('a lease of a process that died, for two minutes', async () => {
    const opened = await loaded();
    void underLease({ ...opened.world, now: () => Date.now() - 119_000 }, () => new Promise(() => {}));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await codeOf(again(opened.world))).toBe('busy');
    const later = { ...opened.world, now: () => Date.now() + 10_000 };
    expect(await codeOf(again(later))).toBe('ended well');
  });
});

describe('the brake', () => {
  const MANY = { rows: { assignments: 300, users: 10, projects: 5 } } as const;

  it('holds what would take away much, and allows it row by row once somebody has looked', async () => {
    const opened = await loaded(MANY);
    const { dataverse, world } = opened;
    const gone = (await opened.held()).slice(0, 60).map((text) => text.split(' ')[1] ?? '');
    for (const id of gone) dataverse.delete(TABLE, id, { withEvent: false });
    const report = await again(world);
    expect(report).toMatchObject({ messages: 0, brakeHeld: 60 });
    expect(opened.queue).toEqual([]);
    const reports = new StoredReports(world.documents);
    const held = (await reports.held(report.run)) ?? [];
    expect(held.map(({ record }) => record).sort()).toEqual([...gone].sort());

    // One of them was restored meanwhile: it stays.
    const [back = ''] = gone;
    dataverse.restore(TABLE, back, {}, { withEvent: false });
    const scope = { kind: 'rows', records: held.map(({ record }) => record) } as const;
    await applyRun(await planRun(world, { by: 'command', scope }), world);
    await opened.handleAll();
    const left = (await opened.held()).map((text) => text.split(' ')[1]);
    expect(gone.filter((id) => left.includes(id))).toEqual([back]);
    expect(isEqual(await again(world))).toBe(true);
  });

  it('is not asked for single reads by the thousand where rights were lost: so many are read as may go', async () => {
    const opened = await loaded(MANY);
    for (const text of (await opened.held()).slice(0, 100))
      opened.dataverse.delete(TABLE, text.split(' ')[1] ?? '', { withEvent: false });
    const before = opened.dataverse.requests.length;
    await again(opened.world);
    expect(opened.dataverse.requests.length - before).toBeLessThan(40);
  });
});

describe('a part', () => {
  it('of one user is compared alone', async () => {
    const opened = await loaded();
    const [user, record] = await first(opened);
    for (const text of await opened.held())
      opened.dataverse.update(TABLE, text.split(' ')[1] ?? '', { msdyn_effort: 3 }, { withEvent: false });
    const plan = await planRun(opened.world, { by: 'command', scope: { kind: 'user', user } });
    expect(new Set(plan.comparison.go.map((one) => one.user))).toEqual(new Set([user]));
    expect(plan.comparison.go.map((one) => one.record)).toContain(record);
  });

  it('of one row is compared for whoever has it, and whoever had it', async () => {
    const opened = await loaded();
    const [user, record] = await first(opened);
    const other = guidOf('bookableresource Jo Meadow');
    opened.dataverse.update(TABLE, record, { msdyn_bookableresourceid: other }, { withEvent: false });
    const plan = await planRun(opened.world, { by: 'command', scope: { kind: 'rows', records: [record] } });
    expect(plan.comparison.go.map((one) => [one.user, one.situation])).toEqual(
      expect.arrayContaining([
        [user, 'movedInDynamics'],
        [other, 'missingInLedger'],
      ]),
    );
    expect(plan.comparison.go).toHaveLength(2);
  });
});

describe('persons whose ids stand in related rows', () => {
  const ENTRA = loadMapping('resource-assignment-entra');

  it('are found in what is read along with each row, and moved when their id changes', async () => {
    const opened = await loaded({}, ENTRA);
    const [user] = await first(opened);
    expect(user).toMatch(/^[0-9a-f-]{36}$/);
    const requests = opened.dataverse.requests.filter(({ path }) => path.startsWith('systemusers'));
    expect(requests).toEqual([]);
    const { document } = await opened.ledger.load(user);
    const sources = Object.values(document.assignments).map((entry) => 'source' in entry && entry.source);
    expect(sources.every((source) => typeof source === 'string')).toBe(true);

    const id = guidOf('another entra id');
    const person = opened.dataverse
      .rows('systemuser')
      .find((row) => row.azureactivedirectoryobjectid === user);
    opened.dataverse.update('systemuser', String(person?.systemuserid), { azureactivedirectoryobjectid: id });
    const report = await again(opened.world);
    expect(report.counts.movedInDynamics).toBe(sources.length);
    await opened.handleAll();
    const users = new Set((await opened.held()).map((text) => text.split(' ')[0]));
    expect(users).toContain(id);
    expect(users).not.toContain(user);
    expect(isEqual(await again(opened.world))).toBe(true);
  });
});

describe('an environment that was restored', () => {
  it('is ahead in the ledger until Dynamics wins', async () => {
    const opened = await loaded();
    const [user, record] = await first(opened);
    const { document, etag } = await opened.ledger.load(user);
    const assignments = Object.fromEntries(
      Object.entries(document.assignments).map(([id, entry]) => [
        id,
        { ...entry, version: { ...entry.version, number: 10 ** 12, enqueuedAt: Date.now() - 60_000 } },
      ]),
    );
    await opened.ledger.save({ ...document, assignments }, etag);
    opened.dataverse.update(TABLE, record, { msdyn_effort: 3 }, { withEvent: false });
    const report = await again(opened.world);
    expect(report.counts.aheadInLedger).toBeGreaterThan(0);
    expect(opened.queue).toEqual([]);
    await reconcile(opened.world, { by: 'command', dynamicsWins: true });
    expect(opened.queue.every(({ why }) => why === 'forget')).toBe(true);
    await opened.handleAll();
    expect(isEqual(await again(opened.world))).toBe(true);
  });
});
