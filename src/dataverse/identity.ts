import type { RelatedPath } from '../dynamics/id-source.ts';
import { idOfText, type UnresolvedId } from '../dynamics/named-id.ts';
import { firstFilled } from '../dynamics/read-row.ts';
import { readColumn, type Value } from '../dynamics/value.ts';
import { DataverseError } from './dataverse-error.ts';
import type { ReadRow, RowQuery } from './row-query.ts';

/** What a look-up comes to. Texts name tables, columns and row ids, nothing that a row holds. */
export type Identity =
  /** `id`: external id for COR, out of `column` of `table`. */
  | { readonly kind: 'found'; readonly id: string; readonly table: string; readonly column: string }
  /** A bookable resource of a type that stands for no person. */
  | { readonly kind: 'notAPerson'; readonly resourceType: number }
  /** `why`: where the path ended, as the end of a sentence. */
  | { readonly kind: 'nobody'; readonly why: string }
  /** The column holds what can never be an id. */
  | { readonly kind: 'unusable'; readonly why: string };

const RESOURCE_TABLE = 'bookableresource';
const TYPE_COLUMN = 'resourcetype';
/**
 * Contact and User. The others are Generic, Equipment, Account, Crew, Facility and Pool (Dataverse docs,
 * BookableResource).
 */
const PERSONS: ReadonlySet<number> = new Set([2, 3]);

type Query = Omit<RowQuery, 'filter'>;

/** What has to be read of the row that an id names, to come to the external id in one request. */
export function identityQuery({
  lookup: [first, ...others],
  take,
  persons,
}: Pick<RelatedPath, 'lookup' | 'take' | 'persons'>): Query {
  // Tables that have no such column leave it out.
  const type = persons === 'only' ? [TYPE_COLUMN] : [];
  if (first === undefined) return { columns: [...type, ...take] };
  const inner = identityQuery({ lookup: others, take, persons });
  return { columns: type, expand: [{ lookup: first, ...inner }] };
}

function typeOfNoPerson({ entity }: ReadRow, { persons }: RelatedPath): number | undefined {
  if (persons === 'all' || entity.logicalName !== RESOURCE_TABLE) return undefined;
  const type = readColumn(entity, TYPE_COLUMN);
  return type?.kind === 'optionSet' && !PERSONS.has(type.value) ? type.value : undefined;
}

function textOf(value: Value): string | undefined {
  if (value.kind === 'string' || value.kind === 'guid') return value.value;
  const isExact =
    (value.kind === 'number' || value.kind === 'optionSet') && Number.isSafeInteger(value.value);
  return isExact ? String(value.value) : undefined;
}

/** The row at the end of the path: its external id. */
function taken({ entity }: ReadRow, path: RelatedPath): Identity {
  const { logicalName: table } = entity;
  const columns = path.take.join(', ');
  if (!path.take.some((column) => entity.columns.has(column)))
    throw new DataverseError({
      class: 'rejected',
      code: 'NO_SUCH_COLUMN',
      description: `Table "${table}" has no column ${columns}. Check "take" in the mapping.`,
    });
  const filled = firstFilled(entity, path.take);
  if (!filled) return { kind: 'nobody', why: `${table} ${entity.id} has nothing in ${columns}` };
  const where = `${filled.column} of ${table} ${entity.id}`;
  const text = textOf(filled.value);
  if (text === undefined) return { kind: 'unusable', why: `${where} holds no text, whole number or choice` };
  const id = idOfText(text, path);
  return id.kind === 'unusable'
    ? { kind: 'unusable', why: `${where} ${id.problem}` }
    : { kind: 'found', id: id.id, table, column: filled.column };
}

/**
 * Follows a path from a row that was read by `identityQuery`; `undefined`: there is no such row. Throws
 * `DataverseError` where the mapping asks for columns that the table does not have.
 */
export function identityOf(row: ReadRow | undefined, { table, id, path }: UnresolvedId): Identity {
  if (!row) return { kind: 'nobody', why: `${table} ${id} is not there` };
  let current = row;
  for (const property of path.lookup) {
    const type = typeOfNoPerson(current, path);
    if (type !== undefined) return { kind: 'notAPerson', resourceType: type };
    const { logicalName, id: at } = current.entity;
    const next = current.expanded.get(property);
    if (!next) return { kind: 'nobody', why: `${property} of ${logicalName} ${at} is empty` };
    current = next;
  }
  const type = typeOfNoPerson(current, path);
  return type === undefined ? taken(current, path) : { kind: 'notAPerson', resourceType: type };
}
