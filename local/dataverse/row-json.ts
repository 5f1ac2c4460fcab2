import type { Preferences } from './prefer.ts';
import type { Shape } from './shape.ts';
import { nameOf, type Store, type StoredRow, tableOf } from './store.ts';
import type { Column, Lookup, Table } from './table.ts';

// Written as text, not by JSON.stringify of the whole: decimals carry their zeros, which no JavaScript number
// does.

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const LOOKUP_TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const NAVIGATION = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

/** Dataverse writes decimals with ten places, whatever their precision, and money with four. */
const PLACES: Readonly<Record<string, number>> = { decimal: 10, money: 4 };
const STATE_NAMES = ['Active', 'Inactive'];

const isEmpty = (value: unknown): value is null | undefined => value === null || value === undefined;

function valueJson(column: Column | undefined, value: unknown): string {
  if (isEmpty(value)) return 'null';
  const places = PLACES[column?.type ?? ''];
  return places === undefined ? JSON.stringify(value) : Number(value).toFixed(places);
}

// Made once: a formatter for each value would take longer than all the rest of a page.
const DAY = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' });
const MOMENT = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  ...{
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  },
});
const WHOLE = new Intl.NumberFormat('en-US');

/** Text for people, in the language of the user: never to be computed with. */
function formatted(column: Column, value: unknown): string | undefined {
  switch (column.type) {
    case 'choice':
      return (column.is === 'State' && STATE_NAMES[Number(value)]) || `Option ${value}`;
    case 'yesNo':
      return value ? 'Yes' : 'No';
    case 'decimal':
    case 'money':
    case 'double':
      return Number(value).toFixed(2);
    case 'whole':
    case 'bigInt':
      return WHOLE.format(Number(value));
    case 'dateTime':
      return (column.format === 'DateOnly' ? DAY : MOMENT).format(new Date(String(value)));
    default:
      return undefined;
  }
}

const lookupOf = (table: Table, name: string): [string, Lookup] | undefined =>
  Object.entries(table.lookups).find(([, { column }]) => column === name);

function annotations(
  store: Store,
  table: Table,
  name: string,
  value: unknown,
  { includes }: Preferences,
): string[] {
  const found: [string, string | undefined][] = [];
  const [navigation = '', lookup] = lookupOf(table, name) ?? [];
  const column = table.columns[name];
  if (lookup) {
    found.push(
      [FORMATTED, nameOf(store, lookup.entitySet, String(value))],
      [NAVIGATION, navigation],
      [LOOKUP_TABLE, tableOf(store, lookup.entitySet).logicalName],
    );
  } else if (column) found.push([FORMATTED, formatted(column, value)]);
  return found
    .filter(([annotation, text]) => text !== undefined && includes(annotation))
    .map(([annotation, text]) => `"${name}@${annotation}":${JSON.stringify(text)}`);
}

interface Field {
  readonly name: string;
  readonly key: string;
  readonly column: Column | undefined;
  readonly isSecured: boolean;
}

function readableFields({ switches }: Store, table: Table, columns: readonly string[]): Field[] {
  const { securedColumns, securedRead } = switches;
  const fields = columns.map((name) => ({
    name,
    key: `"${name}":`,
    column: table.columns[name],
    isSecured: securedColumns.includes(`${table.logicalName}.${name}`),
  }));
  return securedRead === 'null' ? fields : fields.filter(({ isSecured }) => !isSecured);
}

/** Writes rows of one shape; made once for a page. */
export function rowWriter(store: Store, shape: Shape, preferences: Preferences): (row: StoredRow) => string {
  const { table, columns, expands } = shape;
  const wantsAnnotations = [FORMATTED, LOOKUP_TABLE, NAVIGATION].some(preferences.includes);
  const hidden = new Set(store.switches.hiddenRows);
  const fields = readableFields(store, table, columns);
  const inner = expands.map(({ navigation, lookup, shape: expanded }) => ({
    key: `"${navigation}":`,
    column: lookup.column,
    rows: store.rows[lookup.entitySet],
    write: rowWriter(store, expanded, preferences),
  }));
  return (row) => {
    let text = '';
    const add = (member: string) => {
      text += text === '' ? member : `,${member}`;
    };
    for (const { name, key, column, isSecured } of fields) {
      const value = isSecured ? null : row[name];
      if (wantsAnnotations && !isEmpty(value))
        for (const member of annotations(store, table, name, value, preferences)) add(member);
      add(key + valueJson(column, value));
    }
    for (const { key, column, rows, write } of inner) {
      const id = String(row[column]);
      const target = hidden.has(id) ? undefined : rows.get(id);
      add(key + (target ? `{${write(target)}}` : 'null'));
    }
    return text;
  };
}

/** The etag's digits are the row's version; tables of a registration have none here. */
export const etagOf = (row: StoredRow): string => `W/"${row.versionnumber ?? 1}"`;

/** A row as it stands in an answer: only rows that were asked for have an etag, expanded ones have none. */
export const withEtag = (row: StoredRow, members: string): string =>
  `"@odata.etag":${JSON.stringify(etagOf(row))},${members}`;
