import { describe, expect, test } from 'vitest';
import { OTHER_RESOURCES } from '../../local/dataverse/sample-rows.ts';
import { guidOf, PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import { IdentityLookup } from '../../src/dataverse/identity-lookup.ts';
import type { RelatedPath } from '../../src/dynamics/id-source.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { openReader } from './open-reader.ts';

const mapping = loadMapping('resource-assignment-entra');
const { robin, sam } = RESOURCES;
const MINUTE = 60_000;

const path = (over: Partial<RelatedPath> = {}): RelatedPath => ({
  lookup: ['UserId'],
  take: ['employeeid'],
  persons: 'only',
  trim: false,
  lowerCase: false,
  ...over,
});
const resource = (id: string, over: Partial<RelatedPath> = {}) => ({
  table: 'bookableresource',
  id,
  path: path(over),
});

async function openLookup() {
  const time = { now: 0 };
  const { dataverse, reader } = await openReader();
  const lookup = new IdentityLookup(reader, mapping, () => time.now);
  const reads = () =>
    dataverse.requests.filter(({ path: asked }) => /^\w+\([0-9a-f-]{36}\)/.test(asked)).length;
  return { dataverse, lookup, reads, time };
}

describe('an id of a related row', () => {
  test('is what the first filled column holds, tidied as the mapping says', async () => {
    const { dataverse, lookup } = await openLookup();
    const take = ['employeeid', 'internalemailaddress'];
    expect(await lookup.find(resource(robin.id, { take }))).toEqual({
      kind: 'found',
      id: 'E-1001',
      table: 'systemuser',
      column: 'employeeid',
    });
    const userId = guidOf(`systemuser ${sam.name}`);
    dataverse.update('systemuser', userId, { employeeid: null, internalemailaddress: ' Sam@Example.com ' });
    expect(await lookup.find(resource(sam.id, { take, trim: true, lowerCase: true }))).toMatchObject({
      id: 'sam@example.com',
      column: 'internalemailaddress',
    });
  });

  test('may stand in the row itself, and in one that several lookups lead to', async () => {
    const { dataverse, lookup } = await openLookup();
    const own = { lookup: [], take: ['msdyn_primaryemail'] };
    expect(await lookup.find(resource(robin.id, own))).toMatchObject({ id: 'robin.fields@example.com' });
    const [row] = dataverse
      .rows('msdyn_resourceassignment')
      .filter((one) => one._msdyn_bookableresourceid_value);
    const far = path({ lookup: ['msdyn_bookableresourceid', 'UserId'] });
    const id = String(row?.msdyn_resourceassignmentid);
    expect(await lookup.find({ table: mapping.table, id, path: far })).toMatchObject({
      kind: 'found',
      id: expect.stringMatching(/^E-10/),
    });
  });

  test('that names no table is looked for where the mapping leads', async () => {
    const { lookup } = await openLookup();
    if (mapping.user.from !== 'related') throw new Error('The preset should look users up.');
    expect(await lookup.find({ table: '', id: robin.id, path: mapping.user.path })).toMatchObject({
      id: guidOf(`entra ${robin.name}`),
    });
  });

  test.each([
    ['a row that is not there', guidOf('nobody'), {}, /^bookableresource \S{36} is not there$/],
    ['an empty lookup', OTHER_RESOURCES.contact, {}, /^UserId of bookableresource \S{36} is empty$/],
    [
      'empty columns',
      robin.id,
      { take: ['applicationid'] },
      /^systemuser \S{36} has nothing in applicationid$/,
    ],
  ])('%s: says where the path ended', async (_name, id, over, why) => {
    const { lookup } = await openLookup();
    expect(await lookup.find(resource(id, over))).toEqual({
      kind: 'nobody',
      why: expect.stringMatching(why),
    });
  });

  test.each(['generic', 'equipment', 'crew'] as const)('a %s resource is no person', async (which) => {
    const { lookup } = await openLookup();
    expect(await lookup.find(resource(OTHER_RESOURCES[which]))).toMatchObject({ kind: 'notAPerson' });
    expect(await lookup.find(resource(OTHER_RESOURCES[which], { persons: 'all' }))).toMatchObject({
      kind: 'nobody',
    });
  });

  test('that can never work is told with its column', async () => {
    const { dataverse, lookup } = await openLookup();
    dataverse.update('systemuser', guidOf(`systemuser ${robin.name}`), { employeeid: 'E\u0007' });
    expect(await lookup.find(resource(robin.id))).toEqual({
      kind: 'unusable',
      why: expect.stringMatching(/^employeeid of systemuser \S{36} /),
    });
  });

  test.each([
    ['a navigation property', { lookup: ['userid_of_nobody'] }, 'NO_SUCH_LOOKUP'],
    ['a column', { take: ['emploeeid'] }, 'NO_SUCH_COLUMN'],
  ])('%s that is not there is the mapping’s mistake, not a person without id', async (_name, over, code) => {
    const { lookup } = await openLookup();
    const failure = await lookup.find(resource(robin.id, over)).then(
      () => undefined,
      (error: unknown) => (error instanceof DataverseError ? error.failure : undefined),
    );
    expect(failure).toMatchObject({ code, description: expect.stringMatching(/mapping/) });
  });
});

describe('what was found', () => {
  test('is kept for a day, and asked for once however many wait', async () => {
    const { lookup, reads, time } = await openLookup();
    await Promise.all(Array.from({ length: 20 }, () => lookup.find(resource(robin.id))));
    time.now = 24 * 60 * MINUTE - 1;
    await lookup.find(resource(robin.id));
    expect(reads()).toBe(1);
    time.now += 1;
    await lookup.find(resource(robin.id));
    expect(reads()).toBe(2);
  });

  test('that nothing was found is kept for ten minutes', async () => {
    const { dataverse, lookup, reads, time } = await openLookup();
    const userId = guidOf(`systemuser ${robin.name}`);
    dataverse.update('systemuser', userId, { employeeid: null });
    expect(await lookup.find(resource(robin.id))).toMatchObject({ kind: 'nobody' });
    dataverse.update('systemuser', userId, { employeeid: 'E-7' });
    time.now = 10 * MINUTE - 1;
    expect(await lookup.find(resource(robin.id))).toMatchObject({ kind: 'nobody' });
    time.now += 1;
    expect(await lookup.find(resource(robin.id))).toMatchObject({ id: 'E-7' });
    expect(reads()).toBe(2);
  });

  test('a failure is not kept', async () => {
    const { dataverse, lookup } = await openLookup();
    dataverse.set({ missingPrivileges: ['prvReadUser'] });
    await expect(lookup.find(resource(robin.id))).rejects.toMatchObject({ failure: { code: '0x80040220' } });
    dataverse.set({ missingPrivileges: [] });
    expect(await lookup.find(resource(robin.id))).toMatchObject({ kind: 'found' });
  });

  test('another path from the same row is another question', async () => {
    const { lookup, reads } = await openLookup();
    await lookup.find(resource(robin.id));
    await lookup.find(resource(robin.id, { take: ['domainname'] }));
    await lookup.find({
      table: 'msdyn_project',
      id: PROJECTS.bridge.id,
      path: path({ lookup: [], take: ['msdyn_subject'] }),
    });
    expect(reads()).toBe(3);
  });
});
