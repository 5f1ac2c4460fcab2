import { normalizeExternalId } from '../external-id.ts';
import type { RowVersion } from './assignment-change.ts';
import { readIsoDate } from './dates.ts';
import type { Entity } from './entity.ts';
import { ZERO_GUID } from './guid.ts';
import type { IdSource, Mapping } from './mapping.ts';
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

/** External id of a user or workspace as the row names it. `problem` is for an operator. */
export type RowId =
  | { readonly found: 'id'; readonly id: string; readonly name?: string }
  | { readonly found: 'empty' }
  | { readonly found: 'unusable'; readonly problem: string };

function takeFrom({ column, value }: Filled, take: IdSource['take']): RowId {
  const unusable = (what: string): RowId => ({ found: 'unusable', problem: `${column} ${what}` });
  if (take === 'value') {
    if (value.kind === 'string' || value.kind === 'guid') return { found: 'id', id: value.value };
    if (value.kind === 'number' && Number.isFinite(value.value))
      return { found: 'id', id: String(value.value) };
    return unusable(
      value.kind === 'entityReference'
        ? 'is a lookup: the mapping should take its "id" or "name"'
        : `holds no text or number (kind ${value.kind})`,
    );
  }
  if (value.kind !== 'entityReference')
    return unusable(`is no lookup (kind ${value.kind}): the mapping should take its "value"`);
  const { id, name } = value;
  const named = name !== undefined && name.trim() !== '' ? name : undefined;
  if (take === 'name')
    return named === undefined
      ? unusable('carries no name, and the mapping takes names')
      : { found: 'id', id: normalizeExternalId(named) };
  if (id === ZERO_GUID) return unusable('refers to the zero GUID');
  return { found: 'id', id, ...(named !== undefined && { name: named }) };
}

/** Reads the user or the workspace of a row. */
export function readRowId(entity: Entity, { columns, take }: IdSource): RowId {
  const filled = firstFilled(entity, columns);
  return filled ? takeFrom(filled, take) : { found: 'empty' };
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

/** The version of an image; `target` helps out with its modifiedon, which Dataverse sets in every Target with columns. */
export function readVersion(image: Entity, target: Entity | undefined, mapping: Mapping): RowVersion {
  const { number: numberColumn, modifiedOn: dateColumn } = mapping.version;
  const number = readVersionNumber(readColumn(image, numberColumn));
  const modifiedOn =
    readDate(readColumn(image, dateColumn)) ?? (target && readDate(readColumn(target, dateColumn)));
  return { ...(number !== undefined && { number }), ...(modifiedOn !== undefined && { modifiedOn }) };
}

/** Is the row inactive? An image that was registered without the state leaves the Target to say so. */
export function isInactive(image: Entity, target: Entity | undefined, { state }: Mapping): boolean {
  const value = readColumn(image, state.column) ?? (target && readColumn(target, state.column));
  return (value?.kind === 'optionSet' || value?.kind === 'number') && value.value === state.inactive;
}
