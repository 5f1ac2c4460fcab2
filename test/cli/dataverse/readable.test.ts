import { expect, onTestFinished, test } from 'vitest';
import { readingProblems } from '../../../cli/dataverse/readable.ts';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { check, connectTo, registerAll, startFake, TOKEN } from './dataverse-fixture.ts';

const mapping = loadMapping('resource-assignment');

async function environment() {
  const dataverse = await startLocalDataverse({ rows: 'samples', token: TOKEN });
  onTestFinished(() => dataverse.close());
  return { dataverse, api: connectTo(dataverse) };
}

test('a login that may read all, and columns of the right kind, are no problem', async () => {
  const { api } = await environment();
  expect(await readingProblems(api, mapping)).toEqual([]);
});

test.each([
  'prvReadmsdyn_resourceassignment',
  'prvReadmsdyn_project',
  'prvReadBookableResource',
  'prvReadUser',
  'prvReadContact',
])('%s that is missing is named', async (privilege) => {
  const { dataverse, api } = await environment();
  dataverse.set({ missingPrivileges: [privilege] });
  expect(await readingProblems(api, mapping)).toEqual([
    expect.stringContaining(`the role needs ${privilege}, `),
  ]);
});

test('a date column of another kind is named', async () => {
  const { api } = await environment();
  const [rule] = mapping.allocation;
  if (rule?.rule !== 'hours') throw new Error('The preset should spread hours.');
  const dates = { ...rule, start: [{ column: 'msdyn_start', kind: 'date' as const }] };
  expect(await readingProblems(api, { ...mapping, allocation: [dates] })).toEqual([
    expect.stringMatching(/^Column msdyn_start .* User Local/),
  ]);
});

test('a table that does not offer Restore has no step on it, and needs none', async () => {
  const fake = await startFake();
  const [restore] = [...fake.store.rows.sdkmessages].find(([, { name }]) => name === 'Restore') ?? [];
  for (const [id, filter] of fake.store.rows.sdkmessagefilters)
    if (filter._sdkmessageid_value === restore) fake.store.rows.sdkmessagefilters.delete(id);
  const api = connectTo(fake);
  expect((await registerAll(api)).join()).not.toContain('Restore');
  expect(await check(api)).toEqual({ wrong: [], surplus: [] });
});
