import { z } from 'zod';
import { externalIdProblem, normalizeExternalId } from '../external-id.ts';
import type { IdSource } from './id-source.ts';
import { COLUMN, column, columns, members } from './mapping-parts.ts';

const TAKE =
  '"id" or "name" of a lookup, "value" of a text, number or choice column, or a list of columns of the row that the lookup leads to';
const BOOLEAN = 'true or false';

const take = z
  .union([z.enum(['id', 'name', 'value']), z.array(column).min(1, { error: TAKE }).readonly()], {
    error: TAKE,
  })
  .default('id');

const LOOKUP = 'a list of navigation properties, such as UserId (their case matters)';
const lookup = z
  .array(z.string({ error: LOOKUP }).regex(/^[A-Za-z]\w{0,127}$/, { error: LOOKUP }), { error: LOOKUP })
  .min(1, { error: LOOKUP })
  .readonly()
  .optional();

const persons = z.enum(['only', 'all'], { error: '"only" or "all"' }).optional();

const FILE = 'the name of a .json or .csv file beside the mapping';
const crossReference = z
  .string({ error: FILE })
  .regex(/^[^/\\]+\.(?:json|csv)$/, { error: FILE })
  .optional();
const option = z.boolean({ error: BOOLEAN }).default(false);

const FIXED = 'the external id of a workspace in COR';
const fixed = z
  .string({ error: FIXED })
  .min(1, { error: FIXED })
  .refine((id) => externalIdProblem(id) === undefined, {
    error: `${FIXED}, without blank ends and control characters`,
  });

interface Given {
  readonly column?: readonly string[] | undefined;
  readonly value?: string | undefined;
  readonly lookup?: readonly string[] | undefined;
  readonly take: 'id' | 'name' | 'value' | readonly string[];
  readonly persons?: 'only' | 'all' | undefined;
  readonly trim: boolean;
  readonly lowerCase: boolean;
  readonly crossReference?: string | undefined;
}

/** A source whose cross-reference is still the name of a file. */
export interface UnreadSource {
  readonly source: IdSource;
  readonly crossReference?: string | undefined;
}

/** Adds a problem at a member of the object. The text says what should stand there. */
type Refuse = (member: string, should: string) => void;

const refuseWith =
  (context: z.RefinementCtx): Refuse =>
  (member, message) =>
    context.addIssue({ code: 'custom', path: [member], message });

const GUIDS_ONLY = 'left out: it is for text, and "take" is "id"';
const ONE_FOR_ALL = 'left out, because "value" is the id of every row';

function refuseBesideValue(given: Given, refuse: Refuse): void {
  for (const member of ['column', 'lookup', 'crossReference'] as const)
    if (given[member] !== undefined) refuse(member, ONE_FOR_ALL);
  if (given.take !== 'id') refuse('take', ONE_FOR_ALL);
  for (const member of ['trim', 'lowerCase'] as const) if (given[member]) refuse(member, ONE_FOR_ALL);
}

function refuseBesideColumn(given: Given, refuse: Refuse): void {
  const isRelated = typeof given.take !== 'string';
  if (given.column === undefined) refuse('column', `${COLUMN}, or a list of such names`);
  if (given.lookup !== undefined && !isRelated)
    refuse('take', 'a list of columns of the row that "lookup" leads to');
  if (given.persons !== undefined && !isRelated)
    refuse(
      'persons',
      'left out: what a resource is can be seen only where "take" is a list of columns of related rows',
    );
  if (given.take !== 'id') return;
  for (const member of ['trim', 'lowerCase'] as const) if (given[member]) refuse(member, GUIDS_ONLY);
}

/** What is a mistake although each member by itself is right. */
function refuseNonsense(given: Given, refuse: Refuse): void {
  if (given.value === undefined) refuseBesideColumn(given, refuse);
  else refuseBesideValue(given, refuse);
}

function toSource(given: Given): IdSource {
  const { column: columns = [], value, take: taken, trim, lowerCase } = given;
  if (value !== undefined) return { from: 'fixed', id: normalizeExternalId(value) };
  const text = { trim, lowerCase };
  if (typeof taken === 'string') return { from: 'column', columns, take: taken, ...text };
  const path = { lookup: given.lookup ?? [], take: taken, persons: given.persons ?? 'all', ...text };
  return { from: 'related', columns, path };
}

const unread = (given: Given): UnreadSource => ({
  source: toSource(given),
  ...(given.crossReference !== undefined && { crossReference: given.crossReference }),
});

/**
 * Where the user's id comes from: a column, because one user for all rows makes no sense. A look-up leads to
 * a person.
 */
export const userSource = members({
  column: columns,
  lookup,
  take,
  persons,
  trim: option,
  lowerCase: option,
  crossReference,
})
  .superRefine((given, context) => refuseNonsense(given, refuseWith(context)))
  .transform((given) => unread({ ...given, persons: given.persons ?? 'only' }));

/** Where the workspace's id comes from: a column, or one for all rows. */
export const workspaceSource = members({
  column: columns.optional(),
  value: fixed.optional(),
  lookup,
  take,
  trim: option,
  lowerCase: option,
  crossReference,
})
  .superRefine((given, context) => refuseNonsense(given, refuseWith(context)))
  .transform(unread);
