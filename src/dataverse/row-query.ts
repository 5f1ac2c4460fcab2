import type { Entity } from '../dynamics/entity.ts';
import { isObject } from '../json.ts';
import { DataverseError } from './dataverse-error.ts';
import { entityOfRow, propertyOf } from './entity-of-row.ts';
import type { Navigation, TableMetadata } from './table-metadata.ts';
import type { Row } from './web-api.ts';

/** A row that a lookup refers to, read together with the row itself. */
export interface Expand {
  /**
   * The lookup's column, or its navigation property (case matters): only that tells apart the tables of a
   * polymorphic one.
   */
  readonly lookup: string;
  readonly columns: readonly string[];
  readonly expand?: readonly Expand[];
}

export interface RowQuery {
  /** Those that the table does not have are left out, as a mapping may name alternatives. */
  readonly columns: readonly string[];
  readonly expand?: readonly Expand[];
  /** OData, not encoded. */
  readonly filter?: string;
}

export interface ReadRow {
  readonly entity: Entity;
  /** By the lookup as the query names it; `undefined` where it is empty, or its row may not be read. */
  readonly expanded: ReadonlyMap<string, ReadRow | undefined>;
}

/** A query with the metadata of every table that it touches. */
export interface Shape {
  readonly table: TableMetadata;
  readonly columns: readonly string[];
  readonly expands: readonly { readonly lookup: string; readonly property: string; readonly shape: Shape }[];
}

type MetadataOf = (table: string) => Promise<TableMetadata>;

function navigationsOf(lookup: string, { navigations }: TableMetadata): readonly Navigation[] {
  const byProperty = [...navigations.values()].flat().find(({ property }) => property === lookup);
  return byProperty ? [byProperty] : (navigations.get(lookup) ?? []);
}

/** Throws `DataverseError` where a lookup to expand is not there, or leads to several tables. */
export async function shapeOf(
  table: string,
  query: Omit<RowQuery, 'filter'>,
  metadata: MetadataOf,
): Promise<Shape> {
  const known = await metadata(table);
  const expands = await Promise.all(
    (query.expand ?? []).map(async (expand) => {
      const [navigation, ...others] = navigationsOf(expand.lookup, known);
      if (!navigation || others.length > 0) throw noLookup(table, expand.lookup, others.length > 0);
      return {
        lookup: expand.lookup,
        property: navigation.property,
        shape: await shapeOf(navigation.table, expand, metadata),
      };
    }),
  );
  return { table: known, columns: query.columns.filter((name) => known.columns.has(name)), expands };
}

function noLookup(table: string, column: string, several: boolean): DataverseError {
  const problem = several ? 'leads to several tables, which cannot be followed' : 'is no lookup there';
  const description = `Lookup "${column}" of table "${table}" ${problem}. Check the mapping.`;
  return new DataverseError({ class: 'rejected', code: 'NO_SUCH_LOOKUP', description });
}

function selectOf({ columns, table }: Shape): string {
  return [table.primaryId, ...columns.filter((name) => name !== table.primaryId)]
    .map((column) => propertyOf(column, table))
    .join(',');
}

function expandOf({ property, shape }: Shape['expands'][number]): string {
  const inner = shape.expands.map(expandOf);
  const options = [`$select=${selectOf(shape)}`, ...(inner.length > 0 ? [`$expand=${inner.join(',')}`] : [])];
  return `${property}(${options.join(';')})`;
}

/** The part of the URL behind `?`. */
export function queryText(shape: Shape, filter?: string): string {
  const expands = shape.expands.map(expandOf);
  return [
    `$select=${selectOf(shape)}`,
    ...(expands.length > 0 ? [`$expand=${expands.join(',')}`] : []),
    ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
  ].join('&');
}

export function readRow(row: Row, shape: Shape): ReadRow {
  const expanded = new Map(
    shape.expands.map(({ lookup, property, shape: inner }) => {
      const found = row[property];
      return [lookup, isObject(found) ? readRow(found, inner) : undefined];
    }),
  );
  return { entity: entityOfRow(row, shape.columns, shape.table), expanded };
}
