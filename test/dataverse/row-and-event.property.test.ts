import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import { type DateBehavior, date } from '../../local/dataverse/table.ts';
import { PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import { createReader } from '../../src/dataverse/reader.ts';
import { createWebApi } from '../../src/dataverse/web-api.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { type Mapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../src/dynamics/required-columns.ts';
import { translateRow } from '../../src/dynamics/translate-row.ts';

const TABLE = 'msdyn_resourceassignment';

/** Hours with and without places behind the point, as Dataverse keeps ten of them. */
const hours = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: 20_000_000 }).map((tenThousandths) => tenThousandths / 10_000),
);

/** Also around midnight, and where clocks are put forward. */
const moment = fc.integer({ min: Date.UTC(2026, 0, 1) / 1_000, max: Date.UTC(2026, 11, 31) / 1_000 });

const row = fc.record({
  resource: fc.constantFrom(null, ...Object.values(RESOURCES).map(({ id }) => id)),
  project: fc.constantFrom(null, ...Object.values(PROJECTS).map(({ id }) => id)),
  effort: fc.option(hours),
  start: fc.option(moment),
  finish: fc.option(moment),
  commit: fc.constantFrom(null, 192_350_000, 192_350_004),
  active: fc.boolean(),
});

type Row = typeof row extends fc.Arbitrary<infer One> ? One : never;

const mappingFor = (behavior: DateBehavior, take: 'id' | 'name'): Mapping => {
  const kind = behavior === 'UserLocal' ? 'dateTime' : 'date';
  return parseMapping(
    {
      table: TABLE,
      user: { column: 'msdyn_bookableresourceid', take },
      workspace: { column: 'msdyn_projectid' },
      only: { column: 'msdyn_committype', notIn: [192_350_004] },
      allocation: [
        {
          rule: 'hours',
          hours: 'msdyn_effort',
          start: { column: 'msdyn_start', kind },
          finish: { column: 'msdyn_finish', kind },
        },
      ],
      percentage: { hoursPerDay: 8, decimals: 2, timeZone: 'America/Los_Angeles' },
    },
    'test',
  );
};

/** As a client of the Web API writes them. */
function columnsOf(
  { resource, project, effort, start, finish, commit, active }: Row,
  behavior: DateBehavior,
) {
  const written = (seconds: number | null) => {
    if (seconds === null) return null;
    const text = new Date(seconds * 1_000).toISOString();
    return behavior === 'DateOnly' ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
  };
  return {
    msdyn_bookableresourceid: resource,
    msdyn_projectid: project,
    msdyn_effort: effort,
    msdyn_start: written(start),
    msdyn_finish: written(finish),
    msdyn_committype: commit,
    statecode: active ? 0 : 1,
  };
}

async function environment(behavior: DateBehavior, mapping: Mapping) {
  const column = date(behavior, behavior === 'DateOnly' ? 'DateOnly' : 'DateAndTime');
  const dataverse = await startLocalDataverse({
    rows: 'samples',
    columns: { [TABLE]: { msdyn_start: column, msdyn_finish: column } },
    steps: [{ table: TABLE, queue: 'assignments', ...requiredColumns(mapping) }],
  });
  const reader = createReader(createWebApi({ origin: dataverse.url, tokens: async () => dataverse.token }));
  onTestFinished(async () => {
    await reader.close();
    await dataverse.close();
  });
  return { dataverse, reader };
}

test.each([
  ['UserLocal', 'id'],
  ['TimeZoneIndependent', 'id'],
  ['DateOnly', 'id'],
  ['UserLocal', 'name'],
] as const)(
  'a row says the same as an event and as it is read: dates %s, user by %s',
  async (behavior, take) => {
    const mapping = mappingFor(behavior, take);
    const { dataverse, reader } = await environment(behavior, mapping);
    const { postImage: columns } = requiredColumns(mapping);
    const id = dataverse.create(TABLE, { msdyn_effort: 1 });
    const seen = { change: 0, unassigned: 0, unmappable: 0 };
    await fc.assert(
      fc.asyncProperty(row, async (one) => {
        dataverse.update(TABLE, id, columnsOf(one, behavior));
        const posted = dataverse.messages.at(-1);
        const decoded = decode(posted?.body ?? Buffer.alloc(0), posted ?? {});
        if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
        const image = decoded.context.postImages.get('PostImage');
        const read = await reader.row(TABLE, id, { columns });
        if (!image || !read) throw new Error('There should be an image and a row.');
        const heard = translateRow({ entity: image, record: id }, mapping);
        seen[heard.kind] += 1;
        expect(translateRow({ entity: read.entity, record: id }, mapping)).toEqual(heard);
      }),
      { numRuns: 150 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  },
);
