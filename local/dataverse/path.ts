import { Refusal } from './refusal.ts';
import { type Store, type StoredRow, tableOf } from './store.ts';
import { readableColumns, type Table } from './table.ts';

/** A column of a row, or of the row that a lookup of it leads to. */
export interface ColumnPath {
  readonly table: Table;
  readonly column: string;
  readonly read: (row: StoredRow) => unknown;
}

export function knownColumn({ switches }: Store, table: Table, column: string): string {
  if (readableColumns(table).includes(column)) return column;
  throw new Refusal(
    400,
    switches.unknownColumnCode,
    `Could not find a property named '${column}' on type 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  );
}

export function knownLookup({ switches }: Store, table: Table, navigation: string) {
  const lookup = Object.hasOwn(table.lookups, navigation) ? table.lookups[navigation] : undefined;
  if (lookup) return lookup;
  throw new Refusal(
    400,
    switches.unknownColumnCode,
    `Could not find a property named '${navigation}' on type 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  );
}

/** `column`, or `navigation/…/column`. Throws `Refusal` for a name that is not there. */
export function readPath(store: Store, table: Table, path: string): ColumnPath {
  const [first = '', ...rest] = path.split('/');
  if (rest.length === 0) {
    const column = knownColumn(store, table, first);
    return { table, column, read: (row) => row[column] ?? null };
  }
  const { column, entitySet } = knownLookup(store, table, first);
  const inner = readPath(store, tableOf(store, entitySet), rest.join('/'));
  const rows = store.rows[entitySet];
  return {
    ...inner,
    read: (row) => {
      const target = rows.get(String(row[column]));
      return target ? inner.read(target) : null;
    },
  };
}
