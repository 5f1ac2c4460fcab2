import { describe, expect, it } from 'vitest';
import { problemsOf, SMALL } from './problems-of-mapping.ts';

describe('the problems of a mapping, where it says how an id is taken,', () => {
  const name = 'the logical name of a column (lower-case letters, digits and _)';
  const cases: [string, unknown, string[]][] = [
    [
      'an empty list of columns',
      { ...SMALL, user: { column: [] } },
      [`/user/column should be ${name}, or a list of such names, found []`],
    ],
    [
      'another way to take an id',
      { ...SMALL, user: { column: 'new_user', take: 'email' } },
      [
        '/user/take should be "id" or "name" of a lookup, "value" of a text, number or choice column, or a list of columns of the row that the lookup leads to, found "email"',
      ],
    ],
    [
      'options that make no sense',
      {
        ...SMALL,
        user: { column: 'new_user', trim: true, lowerCase: true },
        workspace: { value: 'A', column: 'new_workspace', take: 'name' },
      },
      [
        '/user/trim should be left out: it is for text, and "take" is "id", found true',
        '/user/lowerCase should be left out: it is for text, and "take" is "id", found true',
        '/workspace/column should be left out, because "value" is the id of every row, found "new_workspace"',
        '/workspace/take should be left out, because "value" is the id of every row, found "name"',
      ],
    ],
    [
      'a fixed user, and a fixed workspace that can be none',
      { ...SMALL, user: { value: 'A' }, workspace: { value: ' A' } },
      [
        `/user/column is missing, it should be ${name}, or a list of such names`,
        '/user/value is not known, use one of column, lookup, take, persons, trim, lowerCase, crossReference',
        '/workspace/value should be the external id of a workspace in COR, without blank ends and control characters, found " A"',
      ],
    ],
    [
      'look-ups that make no sense',
      {
        ...SMALL,
        user: { column: 'new_user', lookup: ['x y'], take: ['employeeid'], crossReference: '../ids.csv' },
        workspace: { column: 'new_workspace', persons: 'only' },
      },
      [
        '/user/lookup/0 should be a list of navigation properties, such as UserId (their case matters), found "x y"',
        '/user/crossReference should be the name of a .json or .csv file beside the mapping, found "../ids.csv"',
        '/workspace/persons is not known, use one of column, value, lookup, take, trim, lowerCase, crossReference',
      ],
    ],
    [
      'anything beside the id of all rows',
      { ...SMALL, workspace: { value: 'A', lookup: ['UserId'], crossReference: 'ids.csv', trim: true } },
      [
        '/workspace/lookup should be left out, because "value" is the id of every row, found ["UserId"]',
        '/workspace/crossReference should be left out, because "value" is the id of every row, found "ids.csv"',
        '/workspace/trim should be left out, because "value" is the id of every row, found true',
      ],
    ],
    [
      'look-ups that lead nowhere',
      { ...SMALL, user: { column: 'new_user', lookup: ['UserId'], persons: 'all' } },
      [
        '/user/take is missing, it should be a list of columns of the row that "lookup" leads to',
        '/user/persons should be left out: what a resource is can be seen only where "take" is a list of columns of related rows, found "all"',
      ],
    ],
  ];
  for (const [what, json, problems] of cases)
    it(`tell ${what}`, () => {
      expect(problemsOf(json)).toEqual(['The mapping "mine" cannot be used:', ...problems]);
    });
});
