import type { Order } from './order.ts';
import { brokenRule } from './refusal.ts';
import type { Place } from './store.ts';
import type { Table } from './table.ts';

/** Where a page begins. */
export interface Cookie {
  /** The page that it leads to: 2 for the first cookie. */
  readonly page: number;
  readonly last: Omit<Place, 'id'>;
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const unescapeXml = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');

/**
 * An element for each thing that orders the list, the primary key last: its value in the last row and in the
 * first.
 */
function element(name: string, last: string | number | null, first: string | number | null): string {
  const attribute = (which: string, value: string | number | null) =>
    value === null ? `${which}null="1"` : `${which}="${escapeXml(String(value))}"`;
  return `<${name} ${attribute('last', last)} ${attribute('first', first)} />`;
}

const braced = (id: string) => `{${id.toUpperCase()}}`;

/**
 * The value of `$skiptoken` that leads behind `last`, before it is encoded for the URL; the inner cookie is
 * encoded already.
 */
export function writeCookie(table: Table, order: Order, page: number, first: Place, last: Place): string {
  const elements = order.keys.map(({ path }, index) =>
    element(path.column, last.values[index] ?? null, first.values[index] ?? null),
  );
  const inner = `<cookie page="${page}">${elements.join('')}${element(table.id, braced(last.id), braced(first.id))}</cookie>`;
  return `<cookie pagenumber="${page + 1}" pagingcookie="${encodeURIComponent(inner)}" istracking="False" />`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/**
 * Reads what `writeCookie` wrote. Throws `Refusal` for anything else, and for the cookie of another order.
 */
export function readCookie(table: Table, order: Order, token: string, keyOf: (id: string) => string): Cookie {
  const malformed = brokenRule('The paging cookie is malformed, or belongs to another query.');
  const [, page, encoded = ''] =
    /^<cookie pagenumber="(\d+)" pagingcookie="([^"]*)" istracking="False" \/>$/.exec(token) ?? [];
  if (page === undefined) throw malformed;
  const inner = decoded(encoded);
  const elements = [...inner.matchAll(/<(\w+) last(null)?="([^"]*)" first/g)];
  const names = elements.map(([, name]) => name);
  if (names.join() !== [...order.keys.map(({ path }) => path.column), table.id].join()) throw malformed;
  const id = elements.at(-1)?.[3]?.slice(1, -1).toLowerCase() ?? '';
  const values = order.keys.map(({ path }, index) => {
    const [, , isNull, text = ''] = elements[index] ?? [];
    if (isNull) return null;
    const type = path.column.startsWith('_') ? undefined : path.table.columns[path.column]?.type;
    const isText = type === undefined || type === 'text' || type === 'dateTime' || type === 'guid';
    return isText ? unescapeXml(text) : Number(text);
  });
  return { page: Number(page), last: { values, key: keyOf(id) } };
}
