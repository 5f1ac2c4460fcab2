import { setImmediate as breathe } from 'node:timers/promises';
import { identityOf, identityQuery } from '../dataverse/identity.ts';
import type { DataverseReader } from '../dataverse/reader.ts';
import type { Expand, ReadRow, RowQuery } from '../dataverse/row-query.ts';
import type { TableMetadata } from '../dataverse/table-metadata.ts';
import { type IdSource, idColumns } from '../dynamics/id-source.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { readVersion } from '../dynamics/read-row.ts';
import { requiredColumns, stateColumns } from '../dynamics/required-columns.ts';
import { translateRow } from '../dynamics/translate-row.ts';
import { factOf, type Resolve, type RowFact } from './row-fact.ts';
import { RowTable } from './row-table.ts';
import { RunError, throwIfStopped } from './run-error.ts';

type ReadsRows = Pick<DataverseReader, 'row' | 'rows' | 'metadata'>;

/** What a table is read with. */
export interface TableQuery {
  readonly reader: ReadsRows;
  readonly mapping: Mapping;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many rows were read so far. */
  readonly onRows?: ((read: number) => void) | undefined;
}

/** Dataverse gives up to 5,000 at once; smaller answers keep the memory of the app, and its pauses, small. */
const ROWS_IN_PAGE = 1_000;
/**
 * So many rows are translated before messages get their turn: a page of thousands would keep them waiting.
 */
const ROWS_AT_ONCE = 200;

/** Lookups to read along with each row, because the ids stand in the rows that they lead to. */
function expandsOf(source: IdSource, { navigations }: TableMetadata): readonly Expand[] {
  if (source.from !== 'related') return [];
  const there = source.columns.filter((column) => navigations.has(column));
  return there.map((lookup) => ({ lookup, ...identityQuery(source.path) }));
}

/** What has to be read of each row. */
function rowQuery(mapping: Mapping, table: TableMetadata): Omit<RowQuery, 'filter'> {
  const expand = [...expandsOf(mapping.user, table), ...expandsOf(mapping.workspace, table)];
  return { columns: requiredColumns(mapping).postImage, ...(expand.length > 0 && { expand }) };
}

/**
 * Ids of related rows are found in what was read along with the row: no request of their own, and nothing
 * remembered from before.
 */
function resolveIn({ expanded }: ReadRow): Resolve {
  return (id) =>
    identityOf(
      [...expanded.values()].find((row) => row?.entity.id === id.id),
      id,
    );
}

function factOfRow(row: ReadRow, mapping: Mapping): RowFact {
  const { entity } = row;
  const state = translateRow({ entity, record: entity.id }, mapping);
  return factOf(state, readVersion(entity, undefined, mapping), resolveIn(row));
}

/**
 * Columns without which rows would seem to be unassigned, active or old: of those that a mapping names as
 * alternatives one has to be there. A table that was changed is not compared.
 */
function requireColumns({ table, columns }: TableMetadata, mapping: Mapping): void {
  const needed: readonly (readonly string[])[] = [
    idColumns(mapping.user),
    idColumns(mapping.workspace),
    stateColumns(mapping),
    mapping.only ? [mapping.only.column] : [],
    [mapping.version.number],
  ];
  const missing = needed.filter((some) => some.length > 0 && !some.some((name) => columns.has(name)));
  if (missing.length === 0) return;
  const names = missing.map((some) => some.join(' or ')).join(', ');
  throw new RunError('partial', `Table ${table} has no column ${names}. Check the mapping.`);
}

/** One row by its id; `undefined`: there is none (404). Throws `DataverseError` where it may not be read. */
export async function readFact(
  record: string,
  { reader, mapping }: TableQuery,
): Promise<RowFact | undefined> {
  const row = await reader.row(
    mapping.table,
    record,
    rowQuery(mapping, await reader.metadata(mapping.table)),
  );
  return row && factOfRow(row, mapping);
}

/**
 * All rows of the mapping's table, or those that `filter` (OData) lets through. Throws when they cannot all
 * be read.
 */
export async function readTable(query: TableQuery, filter?: string): Promise<RowTable> {
  const { reader, mapping, signal, onRows } = query;
  const metadata = await reader.metadata(mapping.table);
  requireColumns(metadata, mapping);
  const table = new RowTable();
  let read = 0;
  const asked = { ...rowQuery(mapping, metadata), ...(filter !== undefined && { filter }) };
  for await (const page of reader.rows(mapping.table, asked, ROWS_IN_PAGE)) {
    throwIfStopped(signal);
    for (const row of page) {
      table.set(row.entity.id, factOfRow(row, mapping));
      read += 1;
      if (read % ROWS_AT_ONCE === 0) await breathe();
    }
    onRows?.(read);
  }
  throwIfStopped(signal);
  return table;
}
