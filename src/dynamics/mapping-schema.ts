import { z } from 'zod';
import { isObject, jsonPointer } from '../json.ts';
import { allocationRule } from './allocation-schema.ts';
import { AUTOMATIC_IMAGE } from './execution-context.ts';
import { userSource, workspaceSource } from './id-source-schema.ts';
import { column, members } from './mapping-parts.ts';
import { onlySchema } from './only-schema.ts';
import { percentageSchema } from './percentage-schema.ts';

// Every `error` below says what should stand there; `mappingProblems` adds where, and what was found.

function alias(fallback: string) {
  const error = `the alias of an image, such as ${fallback} (${AUTOMATIC_IMAGE} is Dataverse's own)`;
  return z
    .string({ error })
    .min(1, { error })
    .refine((name) => name !== AUTOMATIC_IMAGE, { error })
    .default(fallback);
}

const RULES = 'a list of at least one rule';

export const mappingSchema = members({
  table: z
    .string({ error: 'the logical name of a table' })
    .regex(/^[a-z][a-z0-9_]{0,127}$/, { error: 'the logical name of a table' }),
  user: userSource,
  workspace: workspaceSource,
  only: onlySchema,
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

/** What each alternative of a union says, also of those that are unions themselves. */
function alternatives(issue: z.core.$ZodIssueInvalidUnion): Issue[] {
  return issue.errors
    .flat()
    .flatMap((inner) =>
      inner.code === 'invalid_union' && inner.path.length === 0 ? alternatives(inner) : [inner],
    );
}

function explain(issue: Issue, json: unknown, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${jsonPointer([...path, key])} is not known, use ${issue.message}`);
  if (issue.code === 'invalid_union') {
    // "A column or a list of columns": where a list or an object was given, say which of its items is wrong.
    const inside = alternatives(issue).filter(
      (inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys',
    );
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
