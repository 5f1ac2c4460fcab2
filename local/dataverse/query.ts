import { GUID } from '../../src/external-id.ts';
import { badQuery } from './refusal.ts';
import type { StoredRow } from './store.ts';
import { readableColumns, type Table } from './tables.ts';

type Literal = string | number | boolean;

/** `$select`, `$filter`, `$orderby` and `$top` as far as a registration uses them; everything else is refused, not ignored. */
export interface Query {
  readonly select: readonly string[];
  readonly matches: (row: StoredRow) => boolean;
  readonly arrange: (rows: readonly StoredRow[]) => StoredRow[];
}

const KNOWN = ['$select', '$filter', '$orderby', '$top'];

const CLAUSE = /^(\w+) eq ('(?:[^']|'')*'|[\w-]+)/;

const isId = (table: Table, column: string) => column === table.id || column.startsWith('_');

function knownColumn(table: Table, column: string): string {
  if (readableColumns(table).includes(column)) return column;
  throw badQuery(
    `Could not find a property named '${column}' on type 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  );
}

function readLiteral(table: Table, column: string, text: string): Literal {
  const value: Literal = text.startsWith("'")
    ? text.slice(1, -1).replaceAll("''", "'")
    : text === 'true' || text === 'false'
      ? text === 'true'
      : GUID.test(text)
        ? text.toLowerCase()
        : Number(text);
  const type = table.columns[column]?.type;
  const expected = isId(table, column)
    ? 'guid'
    : type === 'text'
      ? 'string'
      : type === 'yesNo'
        ? 'boolean'
        : 'number';
  const found = typeof value === 'string' && !text.startsWith("'") ? 'guid' : typeof value;
  if (expected === found && !Number.isNaN(value)) return value;
  throw badQuery(`A binary operator with incompatible types was detected: '${column}' is no ${found}.`);
}

/** Disjunction of conjunctions: `and` binds closer than `or`, parentheses are not read. */
function readFilter(table: Table, filter: string): Query['matches'] {
  const anyOf: [string, Literal][][] = [[]];
  let rest = filter;
  while (true) {
    const [clause, column = '', literal = ''] = CLAUSE.exec(rest) ?? [];
    if (clause === undefined)
      throw badQuery(`Syntax error in '${filter}' (this fake reads only eq, and, or).`);
    anyOf.at(-1)?.push([knownColumn(table, column), readLiteral(table, column, literal)]);
    rest = rest.slice(clause.length);
    if (rest === '') break;
    if (rest.startsWith(' or ')) anyOf.push([]);
    else if (!rest.startsWith(' and ')) throw badQuery(`Syntax error in '${filter}'.`);
    rest = rest.replace(/^ (or|and) /, '');
  }
  // Dataverse compares text without regard to case.
  const same = (found: unknown, value: Literal) =>
    typeof value === 'string' ? String(found).toLowerCase() === value.toLowerCase() : found === value;
  return (row) => anyOf.some((allOf) => allOf.every(([column, value]) => same(row[column], value)));
}

function readArrangement(table: Table, parameters: URLSearchParams): Query['arrange'] {
  const orderBy = parameters.get('$orderby');
  const top = parameters.get('$top') ?? 'Infinity';
  const [, column, direction = 'asc'] = /^(\w+)(?: (asc|desc))?$/.exec(orderBy ?? '') ?? [];
  if (orderBy !== null && column === undefined) throw badQuery(`Syntax error in '${orderBy}'.`);
  if (column !== undefined) knownColumn(table, column);
  if (Number.isNaN(Number(top))) throw badQuery(`Invalid value '${top}' for $top.`);
  return (rows) => {
    const ordered =
      column === undefined
        ? [...rows]
        : rows.toSorted((a, b) => String(a[column]).localeCompare(String(b[column])));
    return (direction === 'desc' ? ordered.reverse() : ordered).slice(0, Number(top));
  };
}

export function readQuery(table: Table, parameters: URLSearchParams): Query {
  const unknown = [...parameters.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw badQuery(`The query parameter '${unknown}' is not known to this fake.`);
  const select = parameters.get('$select')?.split(',') ?? readableColumns(table);
  const filter = parameters.get('$filter');
  return {
    select: select.map((column) => knownColumn(table, column)),
    matches: filter === null ? () => true : readFilter(table, filter),
    arrange: readArrangement(table, parameters),
  };
}
