import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { MappingError } from '../../src/dynamics/mapping-error.ts';
import { requiredColumns } from '../../src/dynamics/required-columns.ts';

const SMALL = {
  table: 'new_assignment',
  user: { column: 'new_user' },
  workspace: { column: 'new_workspace', take: 'value' },
  allocation: [{ rule: 'constant', percentage: 50 }],
};

const column = (name: string, take = 'id') => ({
  from: 'column',
  columns: [name],
  take,
  trim: false,
  lowerCase: false,
});

function fileWith(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mapping.json');
  writeFileSync(file, content);
  return file;
}

const PERCENTAGE = {
  timeZone: 'UTC',
  window: { weeks: 1 },
  keepAfter: 30,
  atLeast: 0,
  workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  hoursPerDay: 8,
  holidays: [],
  decimals: 2,
};

describe('the presets', () => {
  it('know the columns of both products for resource assignments', () => {
    expect(loadMapping('resource-assignment')).toEqual({
      table: 'msdyn_resourceassignment',
      user: column('msdyn_bookableresourceid'),
      workspace: column('msdyn_projectid'),
      only: { column: 'msdyn_committype', notIn: [192_350_004] },
      allocation: [
        {
          rule: 'hours',
          hours: ['msdyn_effort', 'msdyn_hours'],
          unit: 'hours',
          start: [
            { column: 'msdyn_start', kind: 'dateTime' },
            { column: 'msdyn_fromdate', kind: 'dateTime' },
          ],
          finish: [
            { column: 'msdyn_finish', kind: 'dateTime' },
            { column: 'msdyn_todate', kind: 'dateTime' },
          ],
        },
      ],
      version: { number: 'versionnumber', modifiedOn: 'modifiedon' },
      images: { pre: 'PreImage', post: 'PostImage' },
      state: { column: 'statecode', inactive: 1 },
      percentage: PERCENTAGE,
    });
  });

  it('go by the allocation method for project team members', () => {
    const { table, workspace, allocation } = loadMapping('project-team');
    expect(table).toBe('msdyn_projectteam');
    expect(workspace).toMatchObject({ columns: ['msdyn_project'] });
    expect(allocation.map(({ rule, when }) => [rule, when?.in])).toEqual([
      ['constant', [192_350_001]],
      ['percentage', [192_350_004]],
      ['hours', [192_350_003, 192_350_005]],
      ['constant', [192_350_000]],
    ]);
  });
});

describe('a mapping of its own', () => {
  it('needs little: the rest is as Dataverse has it', () => {
    expect(parseMapping(SMALL, 'small')).toEqual({
      table: 'new_assignment',
      user: column('new_user'),
      workspace: column('new_workspace', 'value'),
      allocation: [{ rule: 'constant', percentage: 50 }],
      version: { number: 'versionnumber', modifiedOn: 'modifiedon' },
      images: { pre: 'PreImage', post: 'PostImage' },
      state: { column: 'statecode', inactive: 1 },
      percentage: PERCENTAGE,
    });
  });

  it('may say that its table has no states', () => {
    expect(parseMapping({ ...SMALL, state: 'none' }, 'small').state).toBe('none');
  });

  it('is read from a file, with a byte order mark and comments', () => {
    const commented = {
      $comment: 'ours',
      ...SMALL,
      user: { $comment: ['two', 'lines'], column: 'new_user' },
      allocation: [{ $comment: 'half', rule: 'constant', percentage: 50 }],
    };
    expect(loadMapping(fileWith(`\uFEFF${JSON.stringify(commented)}`))).toEqual(parseMapping(SMALL, 'small'));
  });

  it('says which file cannot be read, and what else there is', () => {
    expect(() => loadMapping('/no/such/mapping.json')).toThrow(
      new MappingError(
        '"/no/such/mapping.json" cannot be read (ENOENT). Use one of the presets resource-assignment, project-team, resource-assignment-entra, or the path of a JSON file.',
      ),
    );
    expect(() => loadMapping('toString')).toThrow('cannot be read (ENOENT)');
  });

  it('says that a file is no JSON', () => {
    expect(() => loadMapping(fileWith('{"table": }'))).toThrow('is no JSON');
  });
});

describe('the columns that steps are registered with', () => {
  it('are all that a mapping reads, each once', () => {
    const row = [
      'msdyn_bookableresourceid',
      'msdyn_project',
      'msdyn_allocationmethod',
      'msdyn_start',
      'msdyn_from',
      'msdyn_finish',
      'msdyn_to',
      'msdyn_percentage',
      'msdyn_requiredhours',
      'statecode',
    ];
    expect(requiredColumns(loadMapping('project-team'))).toEqual({
      preImage: ['msdyn_bookableresourceid', 'msdyn_project', 'versionnumber', 'modifiedon'],
      postImage: [...row, 'versionnumber', 'modifiedon'],
      filtering: row,
    });
  });
});

describe('a mapping file', () => {
  const problemOf = (content: string | Buffer): string => {
    try {
      loadMapping(fileWith(content));
    } catch (error) {
      if (error instanceof MappingError) return error.message;
    }
    return 'none';
  };

  it('with a name that stands twice in one object is refused, with every place', () => {
    const json =
      '{"table":"a","table":"b","user":{"$comment":1,"$comment":2,"column":"x"},"allocation":[{"rule":"constant","rule":"hours"}]}';
    expect(problemOf(json)).toMatch(
      /"\/.*mapping.json" has names that stand twice in one object: \/table, \/allocation\/0\/rule\. Keep one of each\.$/,
    );
  });

  it('that is no JSON is named with the line, and never quoted', () => {
    const secret = 'root:x:0:0';
    expect(problemOf(`{\n"a": 1,\n${secret}}`)).toMatch(
      /mapping.json" is no JSON \(line 3\)\. Use one of the presets/,
    );
    for (const text of [secret, `${secret}\n${secret}`, `{"${secret}`, `[${secret}]`])
      expect(problemOf(text)).not.toContain('root');
  });

  it('in UTF-16, or in no Unicode at all, is told so', () => {
    const json = JSON.stringify(SMALL);
    for (const bytes of [
      Buffer.from(`\uFEFF${json}`, 'utf16le'),
      Buffer.from(json, 'utf16le'),
      Buffer.from(`\uFEFF${json}`, 'utf16le').swap16(),
    ])
      expect(problemOf(bytes)).toContain('is UTF-16. Save it as UTF-8.');
    expect(problemOf(Buffer.from('{"table":"fl\u00e4che"}', 'latin1'))).toContain('is no UTF-8 text');
  });
});
