import { describe, expect, it } from 'vitest';
import { problemsOf, SMALL } from './problems-of-mapping.ts';

describe('the problems of a mapping', () => {
  const name = 'the logical name of a column (lower-case letters, digits and _)';
  const cases: [string, unknown, string[]][] = [
    [
      'another kind of JSON',
      [],
      [
        'the whole should be an object with table, user, workspace, only, allocation, version, images, state, percentage, found []',
      ],
    ],
    [
      'what is missing',
      {},
      [
        '/table is missing, it should be the logical name of a table',
        '/user is missing, it should be an object with column, lookup, take, persons, trim, lowerCase, crossReference',
        '/workspace is missing, it should be an object with column, value, lookup, take, trim, lowerCase, crossReference',
        '/allocation is missing, it should be a list of at least one rule',
      ],
    ],
    [
      'members that nobody knows, with their pointer escaped',
      { ...SMALL, 'a/b~': 1, user: { column: 'new_user', colum: 1 } },
      [
        '/user/colum is not known, use one of column, lookup, take, persons, trim, lowerCase, crossReference',
        '/a~1b~0 is not known, use one of table, user, workspace, only, allocation, version, images, state, percentage',
      ],
    ],
    [
      'names that are none',
      {
        ...SMALL,
        table: 'New Table',
        user: { column: 'New_User' },
        workspace: { column: ['new_a', 'b c', 3] },
      },
      [
        '/table should be the logical name of a table, found "New Table"',
        `/user/column should be ${name}, or a list of such names, found "New_User"`,
        `/workspace/column/1 should be ${name}, found "b c"`,
        `/workspace/column/2 should be ${name}, found 3`,
      ],
    ],
    [
      'an "only" that says nothing',
      { ...SMALL, only: { column: 'new_kind' } },
      ['/only/in is missing, it should be a list of whole numbers, or notIn such a list'],
    ],
    [
      'an "only" that says too much',
      { ...SMALL, only: { column: 'new_kind', in: [1], notIn: [2] } },
      ['/only/notIn should be left out, because "in" says all, found [2]'],
    ],
    [
      'an "only" of labels',
      { ...SMALL, only: { column: 'new_kind', in: ['Hard'] } },
      ['/only/in/0 should be a whole number, a value of the choice, found "Hard"'],
    ],
    [
      'no rule',
      { ...SMALL, allocation: [] },
      ['/allocation should be a list of at least one rule, found []'],
    ],
    [
      'rules that are none',
      { ...SMALL, allocation: [5, { rule: 'half' }, {}] },
      [
        '/allocation/0 should be an object whose "rule" is "percentage", "hours" or "constant", found 5',
        '/allocation/1/rule should be "percentage", "hours" or "constant", found "half"',
        '/allocation/2/rule is missing, it should be "percentage", "hours" or "constant"',
      ],
    ],
    [
      'rules that lack something',
      {
        ...SMALL,
        allocation: [
          { rule: 'percentage' },
          { rule: 'hours', hours: 'new_hours', start: 1 },
          { rule: 'constant', percentage: 101 },
        ],
      },
      [
        `/allocation/0/column is missing, it should be ${name}, or a list of such names`,
        `/allocation/1/start should be ${name}, or an object with column, kind, or a list of such, found 1`,
        `/allocation/1/finish is missing, it should be ${name}, or an object with column, kind, or a list of such`,
        '/allocation/2/percentage should be a number from 0 to 100, found 101',
      ],
    ],
    [
      'date columns and units that are none',
      {
        ...SMALL,
        allocation: [
          {
            rule: 'hours',
            hours: 'new_hours',
            unit: 'days',
            start: { column: 'new_from', kind: 'day' },
            finish: ['new_to', { column: 'New To' }, { colum: 'new_to' }],
          },
          { rule: 'percentage', column: 'new_percent', unit: 'minutes', start: [] },
          { rule: 'constant', percentage: 1, unit: 'fraction' },
        ],
      },
      [
        '/allocation/0/unit should be "hours" or "minutes", found "days"',
        '/allocation/0/start/kind should be "date" or "dateTime", found "day"',
        `/allocation/0/finish/1/column should be ${name}, found "New To"`,
        `/allocation/0/finish/2/column is missing, it should be ${name}`,
        '/allocation/0/finish/2/colum is not known, use one of column, kind',
        '/allocation/1/unit should be "percent" (0 to 100) or "fraction" (0 to 1), found "minutes"',
        `/allocation/1/start should be ${name}, or an object with column, kind, or a list of such, found []`,
        '/allocation/2/unit is not known, use one of rule, percentage, start, finish, when',
      ],
    ],
    [
      'conditions that are none',
      {
        ...SMALL,
        allocation: [
          { rule: 'constant', percentage: 1, when: { column: 'new_kind', in: [] } },
          { rule: 'constant', percentage: 1, when: { column: 'new_kind', in: [1, 'x', 1.5] } },
        ],
      },
      [
        '/allocation/0/when/in should be a list of whole numbers, the values of the choice, found []',
        '/allocation/1/when/in/1 should be a whole number, a value of the choice, found "x"',
        '/allocation/1/when/in/2 should be a whole number, a value of the choice, found 1.5',
      ],
    ],
    [
      "an image alias that is Dataverse's own",
      { ...SMALL, images: { pre: '', post: 'AsynchronousStepPrimaryName' } },
      [
        '/images/pre should be the alias of an image, such as PreImage (AsynchronousStepPrimaryName is Dataverse\'s own), found ""',
        '/images/post should be the alias of an image, such as PostImage (AsynchronousStepPrimaryName is Dataverse\'s own), found "AsynchronousStepPrimaryName"',
      ],
    ],
    [
      'a percentage rule out of range',
      { ...SMALL, percentage: { hoursPerDay: 0, decimals: 3 }, state: { inactive: 'x' } },
      [
        '/state/inactive should be a whole number, the state of inactive rows, found "x"',
        '/percentage/hoursPerDay should be a number of hours above 0, at most 24, found 0',
        '/percentage/decimals should be 0, 1 or 2, found 3',
      ],
    ],
    [
      'a calendar that is none',
      {
        ...SMALL,
        percentage: {
          timeZone: 'Romance Standard Time',
          window: { weeks: 0 },
          keepAfter: -1,
          atLeast: 101,
          workingDays: ['monday', 'Fri'],
          holidays: ['2026-02-30'],
        },
      },
      [
        '/percentage/timeZone should be an IANA time zone such as Europe/Madrid or UTC, found "Romance Standard Time"',
        '/percentage/window/weeks should be a whole number from 1 to 52, found 0',
        '/percentage/keepAfter should be a whole number from 0 to 3650, found -1',
        '/percentage/atLeast should be a number from 0 to 100, found 101',
        '/percentage/workingDays/1 should be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday, found "Fri"',
        '/percentage/holidays/0 should be a date that exists, such as 2026-12-25, found "2026-02-30"',
      ],
    ],
    [
      'an offset in place of a time zone',
      { ...SMALL, percentage: { timeZone: '+01:00', window: 'week', workingDays: [] } },
      [
        '/percentage/timeZone should be an IANA time zone such as Europe/Madrid or UTC, found "+01:00"',
        '/percentage/window should be an object with weeks, or "always", found "week"',
        '/percentage/workingDays should be a list of at least one of monday, tuesday, wednesday, thursday, friday, saturday, sunday, found []',
      ],
    ],
    [
      'a least percentage that would be rounded away',
      { ...SMALL, percentage: { atLeast: 0.5, decimals: 0 } },
      [
        '/percentage/atLeast should be a number with no more digits after the point than "decimals" says, found 0.5',
      ],
    ],
    [
      'what was found, cut when it is long',
      { ...SMALL, user: 'x'.repeat(200) },
      [
        `/user should be an object with column, lookup, take, persons, trim, lowerCase, crossReference, found "${'x'.repeat(56)}…`,
      ],
    ],
  ];
  for (const [what, json, problems] of cases)
    it(`tell ${what}`, () => {
      expect(problemsOf(json)).toEqual(['The mapping "mine" cannot be used:', ...problems]);
    });
});
