import { describe, expect, it } from 'vitest';
import { readEntity } from '../../src/dynamics/entity.ts';
import { readColumn, readValue } from '../../src/dynamics/value.ts';

const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';
const ID = '0a1b2c3d-4e5f-4a6b-8c7d-8e9f0a1b2c3d';

const typed = (type: string, members: object) => ({ __type: `${type}:${CONTRACTS}`, ...members });
const option = (Value: unknown) => typed('OptionSetValue', { Value });
const lookup = (over: object = {}) =>
  typed('EntityReference', {
    Id: ID,
    KeyAttributes: [],
    LogicalName: 'account',
    Name: null,
    RowVersion: null,
    ...over,
  });

describe('values of columns', () => {
  const cases: [string, unknown, unknown][] = [
    ['a text', 'Ab', { kind: 'string', value: 'Ab' }],
    ['an empty text', '', { kind: 'string', value: '' }],
    ['a number', 10.01, { kind: 'number', value: 10.01 }],
    ['yes or no', false, { kind: 'boolean', value: false }],
    ['null', null, { kind: 'null' }],
    ['a GUID', ID, { kind: 'guid', value: ID }],
    ['a GUID in capitals and braces', `{${ID.toUpperCase()}}`, { kind: 'guid', value: ID }],
    ['a wrapped GUID', { __type: 'Guid:#System', __value: ID }, { kind: 'guid', value: ID }],
    ['a date', '/Date(1506384247000)/', { kind: 'date', value: 1_506_384_247_000 }],
    ['a date before 1970', '/Date(-86400000)/', { kind: 'date', value: -86_400_000 }],
    ['a date with an offset', '/Date(1506384247000+0200)/', { kind: 'date', value: 1_506_384_247_000 }],
    ['a wrapped date', { __type: 'DateTime:#System', __value: '/Date(0)/' }, { kind: 'date', value: 0 }],
    ['text that only begins like a date', '/Date(tomorrow)/', { kind: 'string', value: '/Date(tomorrow)/' }],
    ['an ISO date, which may be text as well', '2026-03-02', { kind: 'string', value: '2026-03-02' }],
    ['a choice', option(257_760_001), { kind: 'optionSet', value: 257_760_001 }],
    ['a choice without number', option('1'), { kind: 'unknown' }],
    ['a multi-select choice', [option(1), option(2)], { kind: 'optionSets', values: [1, 2] }],
    ['an empty multi-select choice', [], { kind: 'optionSets', values: [] }],
    ['a list of something else', [option(1), 'x'], { kind: 'unknown' }],
    ['a list of lists', [[option(1)]], { kind: 'unknown' }],
    ['money', typed('Money', { Value: 2154.32 }), { kind: 'money', value: 2154.32 }],
    ['money without amount', typed('Money', {}), { kind: 'unknown' }],
    ['a lookup', lookup(), { kind: 'entityReference', id: ID, logicalName: 'account' }],
    [
      'a lookup with its name',
      lookup({ Name: 'A' }),
      { kind: 'entityReference', id: ID, logicalName: 'account', name: 'A' },
    ],
    ['a lookup without id', lookup({ Id: null }), { kind: 'unknown' }],
    ['a lookup without table', lookup({ LogicalName: undefined }), { kind: 'unknown' }],
    [
      'a pair of texts',
      { __type: 'KeyValuePairOfstringstring:#System.Collections.Generic', key: 'account', value: 'Update' },
      { kind: 'keyValuePair', key: 'account', value: 'Update' },
    ],
    [
      'a pair of something else',
      { __type: 'KeyValuePairOfstringstring:#System.Collections.Generic', key: 'account', value: 1 },
      { kind: 'unknown' },
    ],
    ['a type that is not known', typed('QueryExpression', { ColumnSet: {} }), { kind: 'unknown' }],
    ['an object without type', { Value: 1 }, { kind: 'unknown' }],
    ['a type that is no text', { __type: 5 }, { kind: 'unknown' }],
    ['a wrapped value that is no text', { __type: 'Guid:#System', __value: 7 }, { kind: 'unknown' }],
  ];
  for (const [what, raw, expected] of cases)
    it(`reads ${what}`, () => {
      expect(readValue(raw)).toEqual(expected);
    });

  it('reads the type whatever namespace it has', () => {
    expect(readValue({ __type: 'Money:#Other', Value: 1 })).toEqual({ kind: 'money', value: 1 });
    expect(readValue({ __type: 'Money', Value: 1 })).toEqual({ kind: 'money', value: 1 });
  });

  it('reads a collection of rows, each with its columns', () => {
    const row = { Attributes: [{ key: 'name', value: 'A' }], Id: ID, LogicalName: 'account' };
    const value = readValue(
      typed('EntityCollection', { Entities: [typed('Entity', row), row, 'x'], EntityName: 'account' }),
    );
    if (value.kind !== 'collection') throw new Error(`was read as ${value.kind}`);
    expect(value.entityName).toBe('account');
    expect(value.entities.map((entity) => readColumn(entity, 'name'))).toEqual([
      { kind: 'string', value: 'A' },
      { kind: 'string', value: 'A' },
    ]);
    expect(readValue(typed('EntityCollection', { Entities: null }))).toEqual({ kind: 'unknown' });
  });
});

describe('an entity', () => {
  const entity = readEntity({
    Attributes: [
      { key: 'cleared', value: null },
      { key: 'set', value: 1 },
      { key: 7, value: 1 },
      { value: 1 },
      null,
      'x',
    ],
    Id: ID,
    LogicalName: 'account',
    FormattedValues: [{ key: 'set', value: 'one' }],
  });
  if (!entity) throw new Error('was not read');

  it('tells a cleared column from one that is not there', () => {
    expect(readColumn(entity, 'cleared')).toEqual({ kind: 'null' });
    expect(readColumn(entity, 'other')).toBeUndefined();
  });

  it('takes the value of a column, not its formatted text', () => {
    expect(readColumn(entity, 'set')).toEqual({ kind: 'number', value: 1 });
  });

  it('leaves out attributes without a key', () => {
    expect([...entity.columns.keys()]).toEqual(['cleared', 'set']);
  });

  it('needs a table, may lack an id', () => {
    expect(readEntity({ Id: ID, Attributes: [] })).toBeUndefined();
    expect(readEntity({ LogicalName: 'account' })).toEqual({
      kind: 'entity',
      logicalName: 'account',
      id: '00000000-0000-0000-0000-000000000000',
      columns: new Map(),
    });
  });
});
