import { z } from 'zod';
import { isObject, jsonPointer } from '../json.ts';
import { AUTOMATIC_IMAGE } from './execution-context.ts';
import { between, members } from './mapping-parts.ts';
import { percentageSchema } from './percentage-schema.ts';

// Every `error` below says what should stand there; `mappingProblems` adds where, and what was found.

const COLUMN = 'the logical name of a column (lower-case letters, digits and _)';
const column = z.string({ error: COLUMN }).regex(/^[a-z][a-z0-9_]{0,127}$/, { error: COLUMN });

const COLUMNS = `${COLUMN}, or a list of such names`;
/** One column or alternatives: products and versions name the same thing differently. */
const columns = z
  .union([column.transform((one) => [one]), z.array(column).min(1, { error: COLUMNS })], { error: COLUMNS })
  .readonly();

function alias(fallback: string) {
  const error = `the alias of an image, such as ${fallback} (${AUTOMATIC_IMAGE} is Dataverse's own)`;
  return z
    .string({ error })
    .min(1, { error })
    .refine((name) => name !== AUTOMATIC_IMAGE, { error })
    .default(fallback);
}

const idSource = members({
  column: columns,
  take: z
    .enum(['id', 'name', 'value'], {
      error: '"id" or "name" of a lookup, or "value" of a text or number column',
    })
    .default('id'),
}).transform(({ column: found, take }) => ({ columns: found, take }));

const OPTIONS = 'a list of whole numbers, the values of the choice';

const when = members({
  column,
  in: z
    .array(z.int({ error: 'a whole number, a value of the choice' }), { error: OPTIONS })
    .min(1, { error: OPTIONS })
    .readonly(),
}).optional();

const RULE = '"percentage", "hours" or "constant"';

const allocationRule = z
  .discriminatedUnion(
    'rule',
    [
      members({ rule: z.literal('percentage'), column: columns, when }),
      members({ rule: z.literal('hours'), hours: columns, start: columns, finish: columns, when }),
      members({ rule: z.literal('constant'), percentage: between(0, 100), when }),
    ],
    { error: ({ code }) => (code === 'invalid_union' ? RULE : `an object whose "rule" is ${RULE}`) },
  )
  .transform((rule) => {
    if (rule.rule !== 'percentage') return rule;
    const { column: found, ...rest } = rule;
    return { ...rest, columns: found };
  });

const RULES = 'a list of at least one rule';

export const mappingSchema = members({
  table: z
    .string({ error: 'the logical name of a table' })
    .regex(/^[a-z][a-z0-9_]{0,127}$/, { error: 'the logical name of a table' }),
  user: idSource,
  workspace: idSource,
  allocation: z.array(allocationRule, { error: RULES }).min(1, { error: RULES }).readonly(),
  version: members({
    number: column.default('versionnumber'),
    modifiedOn: column.default('modifiedon'),
  }).prefault({}),
  images: members({ pre: alias('PreImage'), post: alias('PostImage') }).prefault({}),
  state: z
    .union(
      [
        z.literal('none'),
        members({
          column: column.default('statecode'),
          inactive: z.int({ error: 'a whole number, the state of inactive rows' }).default(1),
        }),
      ],
      { error: 'an object with column, inactive, or "none" for a table without states' },
    )
    .prefault({}),
  percentage: percentageSchema,
});

type Issue = z.core.$ZodIssue;

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const step of path)
    value = isObject(value) || Array.isArray(value) ? Reflect.get(value, step) : undefined;
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function explain(issue: Issue, json: unknown, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${jsonPointer([...path, key])} is not known, use ${issue.message}`);
  if (issue.code === 'invalid_union') {
    // "A column or a list of columns": where a list was given, say which of its items is wrong.
    const inside = issue.errors
      .flat()
      .filter((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
    if (inside.length > 0) return inside.flatMap((inner) => explain(inner, json, path));
  }
  const value = valueAt(json, path);
  const where = jsonPointer(path) || 'the whole';
  if (value === undefined) return [`${where} is missing, it should be ${issue.message}`];
  return [`${where} should be ${issue.message}, found ${shown(value)}`];
}

/** One sentence for each problem: JSON pointer, what should be there, what was found. */
export function mappingProblems(error: z.ZodError, json: unknown): string[] {
  return error.issues.flatMap((issue) => explain(issue, json, []));
}
