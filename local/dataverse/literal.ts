import { GUID } from '../../src/external-id.ts';
import { badQuery } from './refusal.ts';
import type { Table } from './table.ts';

export type Literal = string | number | boolean | null;

type LiteralType = 'guid' | 'string' | 'boolean' | 'number' | 'date' | 'dateTime';

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

export function typeOfColumn(table: Table, column: string): LiteralType {
  if (column === table.id || column.startsWith('_')) return 'guid';
  const found = table.columns[column];
  switch (found?.type) {
    case 'guid':
      return 'guid';
    case 'text':
    case 'choices':
    case undefined:
      return 'string';
    case 'yesNo':
      return 'boolean';
    case 'dateTime':
      return found.behavior === 'DateOnly' ? 'date' : 'dateTime';
    default:
      return 'number';
  }
}

function read(text: string): [LiteralType, Literal] | undefined {
  if (text.startsWith("'")) return ['string', text.slice(1, -1).replaceAll("''", "'")];
  if (text === 'true' || text === 'false') return ['boolean', text === 'true'];
  if (GUID.test(text)) return ['guid', text.toLowerCase()];
  if (DAY.test(text)) return ['date', text];
  // As dates are stored: whole seconds.
  if (INSTANT.test(text)) return ['dateTime', `${new Date(text).toISOString().slice(0, 19)}Z`];
  if (NUMBER.test(text)) return ['number', Number(text)];
  return undefined;
}

/** A literal of `$filter` that is compared with a column. Throws `Refusal` when their types do not fit. */
export function readLiteral(table: Table, column: string, text: string): Literal {
  if (text === 'null') return null;
  const expected = typeOfColumn(table, column);
  const [found, value] = read(text) ?? ['nothing', null];
  if (found === expected) return value;
  if (found === 'date' && expected === 'dateTime') return `${value}T00:00:00Z`;
  throw badQuery(
    `A binary operator with incompatible types was detected: '${column}' is ${expected}, '${text}' is ${found}.`,
  );
}
