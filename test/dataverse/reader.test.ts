import { expect, test } from 'vitest';
import { guidOf, ORGANIZATION, PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import type { DataverseReader } from '../../src/dataverse/reader.ts';
import { readColumn } from '../../src/dynamics/value.ts';
import { openReader } from './open-reader.ts';

const TABLE = 'msdyn_resourceassignment';

async function failureOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (error instanceof DataverseError) return error.failure;
    throw error;
  }
  throw new Error('The call should have failed.');
}

async function collect(
  reader: DataverseReader,
  table: string,
  columns: readonly string[],
  pageSize?: number,
) {
  const pages: number[] = [];
  const ids: string[] = [];
  for await (const page of reader.rows(table, { columns }, pageSize)) {
    pages.push(page.length);
    ids.push(...page.map(({ entity }) => entity.id));
  }
  return { pages, ids };
}

test('says which organization it reads, and asks once', async () => {
  const { dataverse, reader } = await openReader();
  expect(await reader.whoAmI()).toMatchObject({ organizationId: ORGANIZATION.id });
  await reader.whoAmI();
  expect(dataverse.requests).toHaveLength(1);
});

test('metadata: entity set, primary id, types, date behaviour and navigations, asked for once', async () => {
  const { dataverse, reader } = await openReader();
  const [metadata] = await Promise.all([reader.metadata(TABLE), reader.metadata(TABLE)]);
  expect(metadata).toMatchObject({ entitySet: 'msdyn_resourceassignments', primaryId: `${TABLE}id` });
  expect(metadata.columns.get('msdyn_bookableresourceid')).toEqual({ type: 'Lookup' });
  expect(metadata.columns.get('statecode')).toEqual({ type: 'State' });
  expect(metadata.columns.get('msdyn_fromdate')).toEqual({ type: 'DateTime', dateBehavior: 'UserLocal' });
  expect(metadata.navigations.get('msdyn_projectid')).toEqual([
    { property: 'msdyn_projectid', table: 'msdyn_project' },
  ]);
  expect(dataverse.requests.filter(({ path }) => path.startsWith('EntityDefinitions'))).toHaveLength(2);
});

test('one row: only the columns asked for, a lookup with table and name; undefined when it is gone', async () => {
  const { dataverse, reader } = await openReader();
  const [id = ''] = dataverse.rows(TABLE).map((row) => String(row[`${TABLE}id`]));
  const row = await reader.row(TABLE, id, { columns: ['msdyn_bookableresourceid', 'nosuchcolumn'] });
  expect(row?.entity).toMatchObject({ logicalName: TABLE, id });
  expect([...(row?.entity.columns.keys() ?? [])]).toEqual(['msdyn_bookableresourceid']);
  expect(row && readColumn(row.entity, 'msdyn_bookableresourceid')).toMatchObject({
    kind: 'entityReference',
    logicalName: 'bookableresource',
    name: expect.any(String),
  });
  expect(dataverse.requests.at(-1)?.path).toContain(
    '$select=msdyn_resourceassignmentid,_msdyn_bookableresourceid_value',
  );
  dataverse.delete(TABLE, id);
  expect(await reader.row(TABLE, id, { columns: ['statecode'] })).toBeUndefined();
});

test.each(['0x80040217', ''] as const)('a row that is gone, told by code %j', async (missingRowCode) => {
  const { reader } = await openReader({ switches: { missingRowCode } });
  expect(await reader.row(TABLE, guidOf('nobody'), { columns: ['statecode'] })).toBeUndefined();
});

test('lookups of lookups come with the row: resource, person, their columns', async () => {
  const { dataverse, reader } = await openReader();
  const assignments = dataverse
    .rows(TABLE)
    .filter((row) => row._msdyn_bookableresourceid_value === RESOURCES.kim.id);
  const row = await reader.row(TABLE, String(assignments[0]?.[`${TABLE}id`]), {
    columns: ['statecode'],
    expand: [
      {
        lookup: 'msdyn_bookableresourceid',
        columns: ['resourcetype'],
        expand: [{ lookup: 'userid', columns: ['employeeid', 'azureactivedirectoryobjectid'] }],
      },
    ],
  });
  const resource = row?.expanded.get('msdyn_bookableresourceid');
  const person = resource?.expanded.get('userid');
  expect(resource && readColumn(resource.entity, 'resourcetype')).toEqual({ kind: 'optionSet', value: 3 });
  expect(person && readColumn(person.entity, 'employeeid')).toEqual({ kind: 'string', value: 'E-1003' });
  expect(person?.entity.logicalName).toBe('systemuser');
});

test('all rows, page by page, with the same preferences on each', async () => {
  const { dataverse, reader } = await openReader({ rows: { assignments: 250 } });
  const { pages, ids } = await collect(reader, TABLE, ['statecode'], 100);
  expect(pages).toEqual([100, 100, 50]);
  expect(new Set(ids).size).toBe(250);
  const prefers = dataverse.requests
    .filter(({ path }) => path.startsWith('msdyn'))
    .map(({ prefer }) => prefer);
  expect(new Set(prefers).size).toBe(1);
  expect(prefers).toHaveLength(3);
  expect(prefers[0]).toContain('odata.maxpagesize=100');
});

test('a filter goes out encoded', async () => {
  const { dataverse, reader } = await openReader();
  const filter = `_msdyn_projectid_value eq ${PROJECTS.bridge.id} and statecode eq 0`;
  const found: string[] = [];
  for await (const page of reader.rows(TABLE, { columns: ['msdyn_projectid'], filter }))
    for (const { entity } of page) found.push(entity.id);
  const expected = dataverse
    .rows(TABLE)
    .filter((row) => row._msdyn_projectid_value === PROJECTS.bridge.id && row.statecode === 0);
  expect(found.sort()).toEqual(expected.map((row) => String(row[`${TABLE}id`])).sort());
});

test('a next link to another server is not followed, and gets no token', async () => {
  const { reader } = await openReader({
    rows: { assignments: 20 },
    switches: { nextLinkOrigin: 'https://elsewhere.example' },
  });
  expect(await failureOf(collect(reader, TABLE, ['statecode'], 10))).toMatchObject({ code: 'NOT_DATAVERSE' });
});

test('a page that fails is read again; one that goes on failing ends the list with its failure', async () => {
  const { dataverse, reader } = await openReader({ rows: { assignments: 30 } });
  dataverse.faults.push({ on: 'msdyn_resourceassignments', skip: 1, how: 'drop' });
  expect((await collect(reader, TABLE, ['statecode'], 10)).pages).toEqual([10, 10, 10]);
  for (let times = 0; times < 4; times += 1)
    dataverse.faults.push({ on: 'msdyn_resourceassignments', skip: 1, status: 503 });
  expect(await failureOf(collect(reader, TABLE, ['statecode'], 10))).toMatchObject({ status: 503 });
});

test('a token that is refused is asked for anew, once', async () => {
  const asked: (string | undefined)[] = [];
  const { dataverse, reader } = await openReader(
    {},
    {
      tokens: async (_scope, refused) => {
        asked.push(refused);
        return refused === undefined ? 'old' : dataverse.token;
      },
    },
  );
  expect(await reader.whoAmI()).toMatchObject({ organizationId: ORGANIZATION.id });
  expect(asked).toEqual([undefined, 'old']);
});

test('a limit that is met is kept by every client of the process', async () => {
  const limit = { until: 0 };
  const { dataverse, reader } = await openReader({}, { limit, maxPauseMs: 100 });
  dataverse.faults.push({ status: 429, headers: { 'retry-after': '30' } });
  expect(await failureOf(reader.whoAmI())).toMatchObject({ status: 429, retryAfterMs: 30_000 });
  const before = dataverse.requests.length;
  expect(await failureOf(reader.metadata(TABLE))).toMatchObject({ class: 'paused' });
  expect(dataverse.requests).toHaveLength(before);
});

const read = (reader: DataverseReader) => reader.row(TABLE, guidOf('any'), { columns: ['statecode'] });

test.each([
  [
    'no privilege',
    { missingPrivileges: ['prvReadmsdyn_resourceassignment'] },
    /missing prvReadmsdyn_resourceassignment/,
  ],
  ['administration mode', { administrationMode: true }, /administration mode/],
  ['a disabled user', { applicationUser: 'disabled' as const }, /user is disabled/],
  ['no application user', { applicationUser: 'missing' as const }, /is no user of this environment/],
  ['an application that is barred', { applicationUser: 'barred' as const }, /bars this application/],
])('%s is told as what it is', async (_, switches, text) => {
  const { reader } = await openReader({ switches });
  const failure = await failureOf(read(reader));
  expect(failure).toMatchObject({ service: 'dataverse', class: 'auth' });
  expect(failure.description).toMatch(text);
});

test('a table, a lookup or an environment that is not there is told as what it is', async () => {
  const { dataverse, reader } = await openReader();
  expect(await failureOf(reader.metadata('new_nothing'))).toMatchObject({ code: 'NO_SUCH_TABLE' });
  const query = { columns: [], expand: [{ lookup: 'statecode', columns: [] }] };
  expect(await failureOf(reader.row(TABLE, guidOf('any'), query))).toMatchObject({ code: 'NO_SUCH_LOOKUP' });
  dataverse.faults.push({ status: 200, body: '<html>portal</html>' });
  expect(await failureOf(reader.whoAmI())).toMatchObject({ code: 'NOT_DATAVERSE' });
});
