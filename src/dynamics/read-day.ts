import { utcDay, zonedDay } from '../day.ts';
import type { Entity } from './entity.ts';
import type { DateColumn } from './mapping.ts';
import { firstFilled, readDate } from './read-row.ts';
import type { Value } from './value.ts';

/** The day in the first filled of some date columns. `problem` is for an operator. */
export type RowDay =
  | { readonly found: 'day'; readonly day: string; readonly column: string }
  | { readonly found: 'empty' }
  | { readonly found: 'unusable'; readonly problem: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The day that a value means; `undefined` when it is no date, or its day is not of the years 1 to 9999. */
function dayOf(value: Value, kind: DateColumn['kind'], timeZone: string): string | undefined {
  const ms = readDate(value);
  if (ms === undefined) return undefined;
  // A day without a time is in no zone.
  if (value.kind === 'string' && DAY.test(value.value)) return value.value;
  return kind === 'date' ? utcDay(ms) : zonedDay(ms, timeZone);
}

export function readDay(entity: Entity, columns: readonly DateColumn[], timeZone: string): RowDay {
  const filled = firstFilled(
    entity,
    columns.map(({ column }) => column),
  );
  if (!filled) return { found: 'empty' };
  const kind = columns.find(({ column }) => column === filled.column)?.kind ?? 'dateTime';
  const day = dayOf(filled.value, kind, timeZone);
  if (day !== undefined) return { found: 'day', day, column: filled.column };
  return { found: 'unusable', problem: `${filled.column} is no date of the years 1 to 9999` };
}
