import { expect, test } from 'vitest';
import type { Entity } from '../../src/dynamics/entity.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { type Incomplete, skip } from '../../src/dynamics/translation.ts';
import { hydrated } from '../../src/messaging/hydrated.ts';

const mapping = loadMapping('resource-assignment');
const RECORD = '11111111-1111-4111-8111-111111111111';
const [U1, U2, W] = [
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
  '44444444-4444-4444-8444-444444444444',
];
const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';

const lookup = (Id: string, LogicalName: string) => ({
  __type: `EntityReference:${CONTRACTS}`,
  Id,
  LogicalName,
});
const option = (Value: number) => ({ __type: `OptionSetValue:${CONTRACTS}`, Value });

function row(columns: Record<string, unknown>): Entity {
  const all = {
    msdyn_bookableresourceid: lookup(U1, 'bookableresource'),
    msdyn_projectid: lookup(W, 'msdyn_project'),
    msdyn_effort: 40,
    msdyn_start: '/Date(1772409600000)/',
    msdyn_finish: '/Date(1772755200000)/',
    statecode: option(0),
    versionnumber: 900,
    ...columns,
  };
  return { kind: 'entity', logicalName: mapping.table, id: RECORD, columns: new Map(Object.entries(all)) };
}

const event = (...users: string[]): Incomplete => ({
  outcome: 'incomplete',
  table: mapping.table,
  record: RECORD,
  why: 'missingImage',
  users,
  otherwise: skip('unassigned'),
});

const changesOf = (found: ReturnType<typeof hydrated>) =>
  found.kind !== 'ownerUnknown' && found.settled.outcome === 'apply'
    ? found.settled.changes.map(({ kind, user, version, basis, ...change }) => ({
        kind,
        user,
        number: version.number,
        basis: basis?.kind,
        ...('why' in change && { why: change.why }),
      }))
    : found;

test('the row belongs to one user, and everybody else whom the event names loses it at that version', () => {
  expect(changesOf(hydrated(row({}), event(U2, U1), mapping))).toEqual([
    { kind: 'remove', user: U2, number: 900, basis: 'read', why: 'moved' },
    { kind: 'put', user: U1, number: 900, basis: 'read' },
  ]);
});

test('an inactive row is taken away from its user, an unassigned one from all whom the event names', () => {
  expect(changesOf(hydrated(row({ statecode: option(1) }), event(U1), mapping))).toEqual([
    { kind: 'remove', user: U1, number: 900, basis: 'read', why: 'deactivated' },
  ]);
  expect(changesOf(hydrated(row({ msdyn_bookableresourceid: null }), event(U1, U2), mapping))).toEqual([
    { kind: 'remove', user: U1, number: 900, basis: 'read', why: 'unassigned' },
    { kind: 'remove', user: U2, number: 900, basis: 'read', why: 'unassigned' },
  ]);
  expect(hydrated(row({ msdyn_bookableresourceid: null }), event(), mapping)).toEqual({
    kind: 'settled',
    settled: skip('unassigned'),
  });
});

test('a row that is gone is deleted for all whom the event names, without a number', () => {
  expect(changesOf(hydrated(undefined, event(U1, U2), mapping))).toEqual([
    { kind: 'remove', user: U1, number: undefined, basis: undefined, why: 'deleted' },
    { kind: 'remove', user: U2, number: undefined, basis: undefined, why: 'deleted' },
  ]);
  expect(hydrated(undefined, event(), mapping)).toEqual({ kind: 'ownerUnknown' });
});

test('a row that cannot be mapped takes it from the old user, and the message ends with the reason', () => {
  const found = hydrated(row({ msdyn_finish: null }), event(U2), mapping);
  expect(changesOf(found)).toEqual([{ kind: 'remove', user: U2, number: 900, basis: 'read', why: 'moved' }]);
  expect(found).toMatchObject({ settled: { rest: { reason: 'MappingFailed' } } });
});

test('a row whose user cannot be used takes it from nobody', () => {
  const found = hydrated(row({ msdyn_bookableresourceid: 'a text' }), event(U2), mapping);
  expect(found).toMatchObject({ settled: { outcome: 'deadLetter', reason: 'MappingFailed' } });
});
