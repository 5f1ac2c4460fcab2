import { type Matches, readFilter } from './filter.ts';
import { sqlGuidKey } from './guid-order.ts';
import { indexBehind, type Order, orderedPlaces, readOrder } from './order.ts';
import { readCookie, writeCookie } from './paging-cookie.ts';
import { MAX_PAGE_SIZE } from './prefer.ts';
import { badQuery } from './refusal.ts';
import type { Asked, Reply } from './request.ts';
import { rowWriter, withEtag } from './row-json.ts';
import { contextColumns, requestedShape } from './shape.ts';
import type { Place, Store, StoredRow } from './store.ts';
import { type EntitySet, isOption } from './table.ts';

interface Page {
  readonly rows: readonly (readonly [Place, StoredRow])[];
  readonly hasMore: boolean;
}

/** `@odata.count` says no more than this (Dataverse docs, count rows). */
const MAX_COUNT = 5_000;

const TOTALS = [
  'Microsoft.Dynamics.CRM.totalrecordcount',
  'Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded',
];

/**
 * The rows of one page: evaluated anew each time, so rows that were inserted before the cursor are missed.
 */
function readPage(
  { rows, switches }: Store,
  entitySet: EntitySet,
  places: readonly Place[],
  matches: Matches,
  { from, size }: { from: number; size: number },
): Page {
  const hidden = new Set(switches.hiddenRows);
  const found: [Place, StoredRow][] = [];
  for (let index = from; index < places.length; index += 1) {
    const place = places[index];
    const row = place && rows[entitySet].get(place.id);
    if (!place || !row || hidden.has(place.id) || !matches(row)) continue;
    if (found.length === size) return { rows: found, hasMore: true };
    found.push([place, row]);
  }
  return { rows: found, hasMore: false };
}

function pageSize({ parameters, prefer }: Asked): { size: number; isTop: boolean } {
  const top = parameters.get('$top');
  if (top !== null && !/^\d+$/.test(top)) throw badQuery(`Invalid value '${top}' for $top.`);
  // Beside a preferred page size $top is ignored (Dataverse docs, page results).
  if (prefer.maxPageSize !== undefined) return { size: prefer.maxPageSize, isTop: false };
  return top === null
    ? { size: MAX_PAGE_SIZE, isTop: false }
    : { size: Math.min(Number(top), MAX_PAGE_SIZE), isTop: true };
}

function nextLink(store: Store, asked: Asked, cookie: string): string {
  const link = `${asked.address}${asked.address.includes('?') ? '&' : '?'}$skiptoken=${encodeURIComponent(cookie)}`;
  const { nextLinkOrigin } = store.switches;
  return nextLinkOrigin === null ? link : link.replace(/^https?:\/\/[^/]+/, new URL(nextLinkOrigin).origin);
}

function cursor(store: Store, order: Order, asked: Asked, entitySet: EntitySet, places: readonly Place[]) {
  const token = asked.parameters.get('$skiptoken');
  const table = store.tables.get(entitySet);
  if (token === null || !table) return { page: 1, from: 0 };
  const keyOf = (id: string) => (store.switches.guidOrder === 'sql' ? sqlGuidKey(id) : id);
  const { page, last } = readCookie(table, order, token, keyOf);
  return { page, from: indexBehind(order, places, last) };
}

function countOf(store: Store, entitySet: EntitySet, places: readonly Place[], matches: Matches): number {
  const { rows } = readPage(store, entitySet, places, matches, { from: 0, size: MAX_COUNT });
  return rows.length;
}

/** Answers `GET SET?…`: one page. Throws `Refusal`. */
export function readList(store: Store, entitySet: EntitySet, asked: Asked): Reply {
  const { parameters, prefer, base } = asked;
  const unknown = [...parameters.keys()].find((name) => !isOption(name));
  if (unknown !== undefined)
    throw badQuery(`The query parameter '${unknown}' is not known to the local Dataverse.`);
  const shape = requestedShape(store, entitySet, parameters);
  const { table } = shape;
  const filter = parameters.get('$filter');
  const matches = filter === null ? () => true : readFilter(store, table, filter, parameters);
  const order = readOrder(store, table, parameters.get('$orderby'));
  const places = orderedPlaces(store, entitySet, order);
  const { page, from } = cursor(store, order, asked, entitySet, places);
  const { size, isTop } = pageSize(asked);
  const { rows, hasMore } = readPage(store, entitySet, places, matches, { from, size });

  const write = rowWriter(store, shape, prefer);
  const members = [`"@odata.context":"${base}$metadata#${entitySet}${contextColumns(shape)}"`];
  if (prefer.includes(TOTALS[0] ?? '')) members.push(`"@${TOTALS[0]}":-1`, `"@${TOTALS[1]}":false`);
  if (parameters.get('$count') === 'true')
    members.push(`"@odata.count":${countOf(store, entitySet, places, matches)}`);
  members.push(`"value":[${rows.map(([, row]) => `{${withEtag(row, write(row))}}`).join(',\n')}]`);
  const first = rows[0]?.[0];
  const last = rows.at(-1)?.[0];
  if (hasMore && !isTop && first && last) {
    const link = nextLink(store, asked, writeCookie(table, order, page, first, last));
    members.push(`"@odata.nextLink":${JSON.stringify(link)}`);
  }
  return { status: 200, text: `{${members.join(',')}}` };
}
