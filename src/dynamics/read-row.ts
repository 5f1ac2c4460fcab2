import type { RowVersion } from './assignment-change.ts';
import { readIsoDate } from './dates.ts';
import type { Entity } from './entity.ts';
import { ZERO_GUID } from './guid.ts';
import { type ColumnSource, type IdSource, idColumns } from './id-source.ts';
import type { Mapping } from './mapping.ts';
import { idKey, idOfText, type NamedId, type UnresolvedId } from './named-id.ts';
import { readColumn, type Value } from './value.ts';

/** A column of several that holds something. */
export interface Filled {
  readonly column: string;
  readonly value: Value;
}

/** The first of the columns that is not empty; `undefined` when all are empty or absent. */
export function firstFilled(entity: Entity, columns: readonly string[]): Filled | undefined {
  for (const column of columns) {
    const value = readColumn(entity, column);
    const isBlank = value?.kind === 'string' && value.value.trim() === '';
    if (value && value.kind !== 'null' && !isBlank) return { column, value };
  }
  return undefined;
}

/** A user or workspace as the row names it. `problem` is for an operator. */
export type RowId =
  | { readonly found: 'id'; readonly id: NamedId; readonly name?: string }
  | { readonly found: 'empty' }
  | { readonly found: 'unusable'; readonly problem: string };

type FilledSource = Exclude<IdSource, { from: 'fixed' }>;

const unusable = (problem: string): RowId => ({ found: 'unusable', problem });

/** `undefined`: the file does not have it. */
function crossReferenced({ crossReference }: FilledSource, id: string, name?: string): RowId | undefined {
  const found = crossReference?.get(id);
  return found === undefined ? undefined : { found: 'id', id: found, ...(name !== undefined && { name }) };
}

function takeText(column: string, text: string, source: ColumnSource, name?: string): RowId {
  const taken = idOfText(text, source);
  if (taken.kind === 'unusable') return unusable(`${column} ${taken.problem}`);
  const { id } = taken;
  return crossReferenced(source, id, name) ?? { found: 'id', id, ...(name !== undefined && { name }) };
}

function takeValue({ column, value }: Filled, source: ColumnSource): RowId {
  switch (value.kind) {
    case 'guid':
    case 'string':
      return takeText(column, value.value, source);
    case 'optionSet':
      return takeText(column, String(value.value), source);
    case 'number':
      // JSON numbers above 2^53 are rounded before anybody sees them: another user could be meant.
      if (Math.abs(value.value) <= Number.MAX_SAFE_INTEGER)
        return takeText(column, String(value.value), source);
      return unusable(`${column} is a number above 2^53, whose last digits are lost: keep it as text`);
    case 'entityReference':
      return unusable(`${column} is a lookup: the mapping should take its "id" or "name"`);
    default:
      return unusable(`${column} holds no text, number or choice (kind ${value.kind})`);
  }
}

function takeLookup({ column, value }: Filled, source: FilledSource): RowId {
  if (value.kind === 'string' || value.kind === 'guid' || value.kind === 'number')
    return unusable(`${column} is no lookup: the mapping should take its "value"`);
  if (value.kind !== 'entityReference')
    return unusable(`${column} holds no usable lookup (kind ${value.kind})`);
  const { id, logicalName: table } = value;
  const name = value.name !== undefined && value.name.trim() !== '' ? value.name : undefined;
  if (source.from === 'column' && source.take === 'name') {
    if (name === undefined) return unusable(`${column} carries no name, and the mapping takes names`);
    return takeText(column, name, source, name);
  }
  if (id === ZERO_GUID) return unusable(`${column} refers to the zero GUID`);
  const known = crossReferenced(source, id, name);
  if (known) return known;
  const unresolved: UnresolvedId | undefined =
    source.from === 'related' ? { table, id, path: source.path } : undefined;
  return { found: 'id', id: unresolved ?? id, ...(name !== undefined && { name }) };
}

/** Reads the user or the workspace of a row. */
export function readRowId(entity: Entity, source: IdSource): RowId {
  if (source.from === 'fixed') return { found: 'id', id: source.id };
  const filled = firstFilled(entity, source.columns);
  if (!filled) return { found: 'empty' };
  if (source.from === 'column' && source.take === 'value') return takeValue(filled, source);
  return takeLookup(filled, source);
}

/**
 * Do two images of a row name the same user or workspace? A lookup that carries no name is still the same
 * lookup.
 */
export function isSameId(one: Entity, other: Entity, source: IdSource): boolean {
  const [a, b] = [readRowId(one, source), readRowId(other, source)];
  if (a.found === 'id' && b.found === 'id') return idKey(a.id) === idKey(b.id);
  const [left, right] = [one, other].map((entity) => firstFilled(entity, idColumns(source))?.value);
  return left?.kind === 'entityReference' && right?.kind === 'entityReference' && left.id === right.id;
}

function readVersionNumber(value: Value | undefined): number | undefined {
  // A bigint: as a JSON number, or as text from serialisers that fear for its precision.
  const isNumeric = value?.kind === 'number' || (value?.kind === 'string' && /^\d{1,16}$/.test(value.value));
  const number = isNumeric ? Number(value.value) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** UTC epoch ms of a date column; `undefined` when it holds something else, or a date that does not exist. */
export function readDate(value: Value | undefined): number | undefined {
  if (value?.kind === 'date') return value.value;
  return value?.kind === 'string' ? readIsoDate(value.value) : undefined;
}

/**
 * The version of an image; `target` helps out with its modifiedon, which Dataverse sets in every Target with
 * columns.
 */
export function readVersion(image: Entity, target: Entity | undefined, mapping: Mapping): RowVersion {
  const { number: numberColumn, modifiedOn: dateColumn } = mapping.version;
  const number = readVersionNumber(readColumn(image, numberColumn));
  const modifiedOn =
    readDate(readColumn(image, dateColumn)) ?? (target && readDate(readColumn(target, dateColumn)));
  return { ...(number !== undefined && { number }), ...(modifiedOn !== undefined && { modifiedOn }) };
}

/** Is the row inactive? An image that was registered without the state leaves the Target to say so. */
export function isInactive(image: Entity, target: Entity | undefined, { state }: Mapping): boolean {
  if (state === 'none') return false;
  const value = readColumn(image, state.column) ?? (target && readColumn(target, state.column));
  return (value?.kind === 'optionSet' || value?.kind === 'number') && value.value === state.inactive;
}
