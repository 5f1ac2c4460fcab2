import { expect, test } from 'vitest';
import { dateKindProblems } from '../../src/dataverse/date-kinds.ts';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { openReader } from './open-reader.ts';

const TABLE = 'msdyn_resourceassignment';

test.each(['resource-assignment', 'project-team', 'resource-assignment-entra'])(
  'preset %s takes the date columns of its table for what they are',
  async (preset) => {
    const { reader } = await openReader();
    const mapping = loadMapping(preset);
    const metadata = await reader.metadata(mapping.table);
    expect(metadata.columns.get(preset === 'project-team' ? 'msdyn_from' : 'msdyn_todate')).toBeDefined();
    expect(dateKindProblems(mapping, metadata)).toEqual([]);
  },
);

test.each([
  ['DateOnly', 'dateTime', 'is Date Only', '"kind": "date"'],
  ['TimeZoneIndependent', 'dateTime', 'is Time-Zone Independent', '"kind": "date"'],
  ['UserLocal', 'date', 'is User Local', '"kind": "dateTime"'],
] as const)(
  'a column of behaviour %s that is read as %s is named, with what to set',
  async (behavior, kind, is, set) => {
    const { reader } = await openReader();
    const metadata = await reader.metadata(TABLE);
    const columns = new Map([
      ...metadata.columns,
      ['msdyn_start', { type: 'DateTime', dateBehavior: behavior }],
    ]);
    const start = { column: 'msdyn_start', kind };
    const mapping = parseMapping(
      {
        table: TABLE,
        user: { column: 'msdyn_bookableresourceid' },
        workspace: { column: 'msdyn_projectid' },
        allocation: [{ rule: 'hours', hours: 'msdyn_effort', start, finish: 'msdyn_finish' }],
      },
      'test',
    );
    const [problem = '', ...others] = dateKindProblems(mapping, { ...metadata, columns });
    expect(others).toEqual([]);
    for (const part of ['msdyn_start', is, `read as "${kind}"`.replace('read as', 'reads it as'), set])
      expect(problem).toContain(part);
  },
);
