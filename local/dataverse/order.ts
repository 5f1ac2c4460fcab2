import { sqlGuidKey } from './guid-order.ts';
import { type ColumnPath, readPath } from './path.ts';
import { badQuery } from './refusal.ts';
import { nameOf, type Place, type Store, type StoredRow, tableOf } from './store.ts';
import type { EntitySet, Table } from './table.ts';

interface OrderKey {
  readonly path: ColumnPath;
  readonly isDescending: boolean;
}

/** The order of a list. */
export interface Order {
  /** Names it among the orders of the table. */
  readonly text: string;
  readonly keys: readonly OrderKey[];
}

export function readOrder(store: Store, table: Table, orderBy: string | null): Order {
  const keys = (orderBy ?? '').split(',').flatMap((part) => {
    if (orderBy === null) return [];
    const [, path, direction] = /^\s*([\w/]+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? [];
    if (path === undefined) throw badQuery(`Syntax error in '${orderBy}'.`);
    return [{ path: readPath(store, table, path), isDescending: direction === 'desc' }];
  });
  return { text: `${store.switches.guidOrder} ${orderBy ?? ''}`, keys };
}

/** Lookups are ordered by name, choices by number, text without regard to case. */
function sortValue(store: Store, { path }: OrderKey, row: StoredRow): string | number | null {
  const value = path.read(row);
  const lookup = Object.values(path.table.lookups).find(({ column }) => column === path.column);
  if (value === null || value === undefined) return null;
  if (lookup) return nameOf(store, lookup.entitySet, String(value)).toLowerCase();
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : String(value).toLowerCase();
}

function compareValues(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  // SQL Server puts what is empty first.
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** Before 0, behind above it. */
function comparePlaces({ keys }: Order, a: Omit<Place, 'id'>, b: Omit<Place, 'id'>): number {
  for (const [index, { isDescending }] of keys.entries()) {
    const difference = compareValues(a.values[index] ?? null, b.values[index] ?? null);
    if (difference !== 0) return isDescending ? -difference : difference;
  }
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function placeOf(store: Store, order: Order, id: string, row: StoredRow): Place {
  const key = store.switches.guidOrder === 'sql' ? sqlGuidKey(id) : id;
  return { id, key, values: order.keys.map((orderKey) => sortValue(store, orderKey, row)) };
}

/**
 * All rows of a table in this order. Kept until a row changes, so that the pages of a long list cost no
 * sorting each.
 */
export function orderedPlaces(store: Store, entitySet: EntitySet, order: Order): readonly Place[] {
  const known = store.orders.get(entitySet) ?? new Map<string, readonly Place[]>();
  store.orders.set(entitySet, known);
  const kept = known.get(order.text);
  // Components are written without a sign, and are few.
  if (kept && tableOf(store, entitySet).hasEvents) return kept;
  const places = [...store.rows[entitySet]].map(([id, row]) => placeOf(store, order, id, row));
  places.sort((a, b) => comparePlaces(order, a, b));
  known.set(order.text, places);
  return places;
}

/** Index of the first place behind this one. */
export function indexBehind(order: Order, places: readonly Place[], last: Omit<Place, 'id'>): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    if (place && comparePlaces(order, place, last) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
