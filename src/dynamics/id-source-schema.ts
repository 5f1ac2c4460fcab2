import { z } from 'zod';
import { externalIdProblem, normalizeExternalId } from '../external-id.ts';
import type { IdSource } from './id-source.ts';
import { COLUMN, columns, members } from './mapping-parts.ts';

const TAKE = '"id" or "name" of a lookup, or "value" of a text, number or choice column';
const BOOLEAN = 'true or false';

const take = z.enum(['id', 'name', 'value'], { error: TAKE }).default('id');
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
  readonly take: 'id' | 'name' | 'value';
  readonly trim: boolean;
  readonly lowerCase: boolean;
}

/** Adds a problem at a member of the object. The text says what should stand there. */
type Refuse = (member: string, should: string) => void;

const refuseWith =
  (context: z.RefinementCtx): Refuse =>
  (member, message) =>
    context.addIssue({ code: 'custom', path: [member], message });

/** What is a mistake although each member by itself is right. */
function refuseNonsense(given: Given, refuse: Refuse): void {
  if (given.value !== undefined) {
    if (given.column !== undefined) refuse('column', 'left out, because "value" is the id of every row');
    if (given.take !== 'id') refuse('take', 'left out, because "value" is the id of every row');
  } else if (given.column === undefined) {
    refuse('column', `${COLUMN}, or a list of such names`);
  }
  if (given.take !== 'id') return;
  for (const member of ['trim', 'lowerCase'] as const)
    if (given[member]) refuse(member, 'left out: it is for text, and "take" is not "name" or "value"');
}

function toSource({ column = [], value, ...rest }: Given): IdSource {
  return value === undefined
    ? { from: 'column', columns: column, ...rest }
    : { from: 'fixed', id: normalizeExternalId(value) };
}

/** Where the user's id comes from: a column, because one user for all rows makes no sense. */
export const userSource = members({ column: columns, take, trim: option, lowerCase: option })
  .superRefine((given, context) => refuseNonsense(given, refuseWith(context)))
  .transform(toSource);

/** Where the workspace's id comes from: a column, or one for all rows. */
export const workspaceSource = members({
  column: columns.optional(),
  value: fixed.optional(),
  take,
  trim: option,
  lowerCase: option,
})
  .superRefine((given, context) => refuseNonsense(given, refuseWith(context)))
  .transform(toSource);
