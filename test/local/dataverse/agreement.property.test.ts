import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guidOf, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import type { Body, Open } from './open-dataverse.ts';
import { type Attribute, imageOf, openWithSteps, STEPS, TABLE } from './posted-message.ts';

// What is heard and what can be read never contradict each other, whatever happens to the rows.

const SET = 'msdyn_resourceassignments';
const IDS = ['first', 'second', 'third'].map(guidOf);

const columns = fc.record(
  {
    msdyn_name: fc.option(fc.string({ maxLength: 20 })),
    msdyn_effort: fc.option(fc.integer({ min: 0, max: 100_000 }).map((hundredths) => hundredths / 100)),
    msdyn_start: fc.option(
      fc
        .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
        .map((at) => at.toISOString()),
    ),
    msdyn_bookableresourceid: fc.option(fc.constantFrom(...Object.values(RESOURCES).map(({ id }) => id))),
    msdyn_projectid: fc.option(fc.constantFrom(...Object.values(PROJECTS).map(({ id }) => id))),
    statecode: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
);
const step = fc.record({
  id: fc.constantFrom(...IDS),
  what: fc.constantFrom('put', 'put', 'put', 'delete', 'restore'),
  columns,
  withEvent: fc.boolean(),
});

interface Step {
  readonly id: string;
  readonly what: string;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly withEvent: boolean;
}

/** Does what can be done: a row is made before it is changed, and deleted before it is restored. */
function take({ create, update, delete: remove, restore, store }: Open, step: Step): void {
  const { id, what, withEvent } = step;
  const isThere = store.rows[SET].has(id);
  if (what === 'delete' && isThere) remove(TABLE, id, { withEvent });
  if (what === 'restore' && store.bin.has(`${SET} ${id}`)) restore(TABLE, id, {}, { withEvent });
  if (what !== 'put') return;
  if (isThere) update(TABLE, id, step.columns, { withEvent });
  else create(TABLE, { msdyn_resourceassignmentid: id, ...step.columns }, { withEvent });
}

/** A value of an image, as the Web API has it. */
function readable(value: Attribute['value']): unknown {
  if (typeof value === 'string') {
    const [, ms] = /^\/Date\((-?\d+)\)\/$/.exec(value) ?? [];
    return ms === undefined ? value : `${new Date(Number(ms)).toISOString().slice(0, 19)}Z`;
  }
  if (typeof value !== 'object' || value === null) return value;
  return 'Id' in value ? value.Id : 'Value' in value ? value.Value : value;
}

function comparedColumns(image: Readonly<Record<string, unknown>>, row: Body) {
  const names = [...STEPS.postImage].filter((name) => name in row || `_${name}_value` in row);
  return names.map((name) => [
    name,
    readable(image[name] ?? null),
    row[name] ?? row[`_${name}_value`] ?? null,
  ]);
}

it('every message says what can be read then, under a version that only rises', {
  timeout: 60_000,
}, async () => {
  const dataverse = await openWithSteps();
  let heard = 0;
  await fc.assert(
    fc.asyncProperty(step, async (one) => {
      const version = dataverse.store.lastVersion;
      take(dataverse, one);
      const posted = dataverse.messages.slice(heard);
      heard = dataverse.messages.length;
      const { status, body } = await dataverse.get(`${SET}(${one.id})`);
      const last = posted.at(-1);
      if (status === 200 && dataverse.store.lastVersion > version)
        expect(body.versionnumber).toBe(dataverse.store.lastVersion);
      if (!one.withEvent) expect(posted).toEqual([]);
      if (last?.message === 'Delete') expect(status).toBe(404);
      else if (last && last.message !== 'Restore') {
        const compared = comparedColumns(imageOf(last, 'PostEntityImages', 'PostImage') ?? {}, body);
        for (const [name, told, read] of compared) expect([name, told]).toEqual([name, read]);
        expect(compared.length).toBeGreaterThan(8);
      }
    }),
    { numRuns: 300, endOnFailure: true },
  );
  expect(heard).toBeGreaterThan(60);
});
