import { parseJson } from '../../src/json.ts';
import { type Literal, readLiteral, typeOfColumn } from './literal.ts';
import { readPath } from './path.ts';
import { badQuery } from './refusal.ts';
import type { Store, StoredRow } from './store.ts';
import type { Table } from './table.ts';

// Read by hand: the OData parsers of the npm registry know the standard, not what Dataverse takes of it and
// adds to it.

export type Matches = (row: StoredRow) => boolean;

interface Reading {
  readonly store: Store;
  readonly table: Table;
  readonly tokens: readonly string[];
  readonly parameters: URLSearchParams;
  at: number;
}

const TOKEN = /\s*('(?:[^']|'')*'|\[[^\]]*\]|[(),=]|[^\s(),='[\]]+)/y;
const TEXT_FUNCTIONS = {
  contains: (text: string, part: string) => text.includes(part),
  startswith: (text: string, part: string) => text.startsWith(part),
  endswith: (text: string, part: string) => text.endsWith(part),
} as const;
const IN = 'Microsoft.Dynamics.CRM.In';

function tokensOf(filter: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < filter.trimEnd().length) {
    const [, token] = TOKEN.exec(filter) ?? [];
    if (token === undefined) throw badQuery(`Syntax error in '${filter}'.`);
    tokens.push(token);
  }
  return tokens;
}

const peek = ({ tokens, at }: Reading) => tokens[at] ?? '';

function next(reading: Reading, expected?: string): string {
  const token = reading.tokens[reading.at];
  if (token === undefined || (expected !== undefined && token !== expected))
    throw badQuery(`Syntax error at '${token ?? 'the end'}': expected ${expected ?? 'more'}.`);
  reading.at += 1;
  return token;
}

/** Text compares without regard to case. */
const folded = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value);

type Compare = (found: unknown, value: Literal) => boolean;
const ordered =
  (holds: (found: never, value: never) => boolean): Compare =>
  (found, value) =>
    found !== null && value !== null && holds(found as never, value as never);

/** An empty column is unequal to every value, and neither more nor less. */
const COMPARE: Readonly<Record<string, Compare>> = {
  eq: (found, value) => found === value,
  ne: (found, value) => found !== value,
  gt: ordered((found, value) => found > value),
  ge: ordered((found, value) => found >= value),
  lt: ordered((found, value) => found < value),
  le: ordered((found, value) => found <= value),
};

function readComparison(reading: Reading, name: string): Matches {
  const { table, column, read } = readPath(reading.store, reading.table, name);
  const operator = next(reading);
  const compare = COMPARE[operator];
  if (!compare) throw badQuery(`Syntax error: '${operator}' is no operator that is known here.`);
  const value = folded(readLiteral(table, column, next(reading))) as Literal;
  return (row) => compare(folded(read(row)), value);
}

function readTextFunction(reading: Reading, name: keyof typeof TEXT_FUNCTIONS): Matches {
  next(reading, '(');
  const { table, column, read } = readPath(reading.store, reading.table, next(reading));
  if (typeOfColumn(table, column) !== 'string')
    throw badQuery(`No function signature for '${name}' fits: '${column}' is no text.`);
  next(reading, ',');
  const part = String(readLiteral(table, column, next(reading))).toLowerCase();
  next(reading, ')');
  const holds = TEXT_FUNCTIONS[name];
  return (row) => {
    const text = read(row);
    return typeof text === 'string' && holds(text.toLowerCase(), part);
  };
}

/** A value in place, or the query parameter that `@p1` refers to. */
function argument(reading: Reading, name: string): string {
  next(reading, name);
  next(reading, '=');
  const given = next(reading);
  const value = given.startsWith('@') ? reading.parameters.get(given) : given;
  if (value === null) throw badQuery(`The query parameter '${given}' is missing.`);
  return value;
}

/**
 * `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=["a","b"])`: values are text whatever the column
 * is.
 */
function readIn(reading: Reading): Matches {
  next(reading, '(');
  const name = argument(reading, 'PropertyName').slice(1, -1);
  next(reading, ',');
  const list = parseJson(argument(reading, 'PropertyValues').replaceAll("'", '"'));
  next(reading, ')');
  if (!Array.isArray(list) || list.some((value) => typeof value !== 'string'))
    throw badQuery('PropertyValues should be a list of texts.');
  const { read } = readPath(reading.store, reading.table, name);
  const wanted = new Set(list.map((value: string) => value.toLowerCase()));
  return (row) => wanted.has(String(folded(read(row))));
}

function readTerm(reading: Reading): Matches {
  const token = next(reading);
  if (token === '(') {
    const inner = readAny(reading);
    next(reading, ')');
    return inner;
  }
  if (token === 'not') {
    const inner = readTerm(reading);
    return (row) => !inner(row);
  }
  if (token === IN) return readIn(reading);
  if (peek(reading) !== '(') return readComparison(reading, token);
  if (!Object.hasOwn(TEXT_FUNCTIONS, token))
    throw badQuery(`An unknown function with name '${token}' was found.`);
  return readTextFunction(reading, token as keyof typeof TEXT_FUNCTIONS);
}

function readAll(reading: Reading): Matches {
  const all = [readTerm(reading)];
  while (peek(reading) === 'and') {
    next(reading);
    all.push(readTerm(reading));
  }
  return (row) => all.every((matches) => matches(row));
}

function readAny(reading: Reading): Matches {
  const any = [readAll(reading)];
  while (peek(reading) === 'or') {
    next(reading);
    any.push(readAll(reading));
  }
  return (row) => any.some((matches) => matches(row));
}

/**
 * `$filter`: eq ne gt ge lt le, and or not, parentheses, contains startswith endswith, In, `lookup/column`.
 * Throws `Refusal`.
 */
export function readFilter(store: Store, table: Table, filter: string, parameters: URLSearchParams): Matches {
  const reading: Reading = { store, table, tokens: tokensOf(filter), parameters, at: 0 };
  const matches = readAny(reading);
  if (reading.at < reading.tokens.length)
    throw badQuery(`Syntax error at '${peek(reading)}' in '${filter}'.`);
  return matches;
}
