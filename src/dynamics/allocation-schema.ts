import { z } from 'zod';
import { between, COLUMN, choiceValues, column, columns, members } from './mapping-parts.ts';

const DATE_COLUMN = `${COLUMN}, or an object with column, kind`;
const DATE_COLUMNS = `${DATE_COLUMN}, or a list of such`;

const dateColumn = z.union(
  [
    column.transform((name) => ({ column: name, kind: 'dateTime' as const })),
    members({
      column,
      kind: z.enum(['date', 'dateTime'], { error: '"date" or "dateTime"' }).default('dateTime'),
    }),
  ],
  { error: DATE_COLUMN },
);

/** One date column or alternatives, each of its own kind. */
const dateColumns = z
  .union([dateColumn.transform((one) => [one]), z.array(dateColumn).min(1, { error: DATE_COLUMNS })], {
    error: DATE_COLUMNS,
  })
  .readonly();

const optionalDates = { start: dateColumns.optional(), finish: dateColumns.optional() };

const when = members({ column, in: choiceValues }).optional();

const RULE = '"percentage", "hours" or "constant"';

export const allocationRule = z
  .discriminatedUnion(
    'rule',
    [
      members({
        rule: z.literal('percentage'),
        column: columns,
        unit: z
          .enum(['percent', 'fraction'], { error: '"percent" (0 to 100) or "fraction" (0 to 1)' })
          .default('percent'),
        ...optionalDates,
        when,
      }),
      members({
        rule: z.literal('hours'),
        hours: columns,
        unit: z.enum(['hours', 'minutes'], { error: '"hours" or "minutes"' }).default('hours'),
        start: dateColumns,
        finish: dateColumns,
        when,
      }),
      members({ rule: z.literal('constant'), percentage: between(0, 100), ...optionalDates, when }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? RULE : `an object whose "rule" is ${RULE}`) },
  )
  .transform((rule) => {
    if (rule.rule !== 'percentage') return rule;
    const { column: found, ...rest } = rule;
    return { ...rest, columns: found };
  });
