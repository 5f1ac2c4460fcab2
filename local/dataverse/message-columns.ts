import type { Columns } from '../events/dataverse-message.ts';
import { nameOf, type Store, type StoredRow } from './store.ts';
import { attributeNames, attributeOf, type Table } from './table.ts';

type MessageValue = Columns[string];

function messageValue(table: Table, name: string, value: unknown): MessageValue {
  const column = table.columns[name];
  if (value === null || value === undefined) return null;
  if (column?.type === 'money') return { money: Number(value) };
  if (column?.type === 'choices') return { options: String(value).split(',').map(Number) };
  if (column?.type === 'choice') return { option: Number(value) };
  // All behaviours become milliseconds of what the text says: UTC, a wall clock, or the day's UTC midnight.
  if (column?.type === 'dateTime') return new Date(String(value));
  return value as MessageValue;
}

/**
 * Columns of a stored row, by logical name, as the values of a message. Columns that are not there come as
 * null.
 */
export function messageColumns(
  store: Store,
  table: Table,
  row: StoredRow,
  names: readonly string[] = attributeNames(table),
): Columns {
  const entries = names.map((name): [string, MessageValue] => {
    const lookup = Object.values(table.lookups).find(({ column }) => attributeOf(column) === name);
    if (!lookup) return [name, messageValue(table, name, row[name])];
    const id = row[lookup.column];
    if (typeof id !== 'string') return [name, null];
    const target = store.tables.get(lookup.entitySet);
    return [
      name,
      { table: target?.logicalName ?? '', id, name: target ? nameOf(store, lookup.entitySet, id) : '' },
    ];
  });
  return Object.fromEntries(entries);
}
