import { DAY_MS } from './duration.ts';

const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

/**
 * Days since 1970-01-01 to `YYYY-MM-DD`; `undefined` outside the years 1 to 9999, which Dynamics has no dates
 * for.
 */
export function dayText(number: number): string | undefined {
  if (!(number >= FIRST_DAY && number <= LAST_DAY)) return undefined;
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Eleven years of days, or as many points in time: plans repeat theirs, and a table that is full starts anew.
 */
const MAX_REMEMBERED = 4_096;

function remember<Key, Value>(table: Map<Key, Value>, key: Key, value: Value): Value {
  if (table.size >= MAX_REMEMBERED) table.clear();
  table.set(key, value);
  return value;
}

const numbers = new Map<string, number>();

/**
 * A day as `YYYY-MM-DD` to the days since 1970-01-01, with which days can be counted. Remembered: a user may
 * have 10,000 rows.
 */
export function dayNumber(day: string): number {
  return numbers.get(day) ?? remember(numbers, day, Date.parse(day) / DAY_MS);
}

const utcDays = new Map<number, string | undefined>();

/**
 * The UTC day of a time (epoch ms). Remembered: writing a date takes longer than looking it up. `undefined`
 * as for `dayText`.
 */
export function utcDay(ms: number): string | undefined {
  const number = Math.floor(ms / DAY_MS);
  return utcDays.get(number) ?? remember(utcDays, number, dayText(number));
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly days: Map<number, string | undefined>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    era: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const zone: Zone = { format, days: new Map() };
  zones.set(timeZone, zone);
  return zone;
}

function writeDay(format: Intl.DateTimeFormat, ms: number): string | undefined {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const year = parts.year?.padStart(4, '0') ?? '';
  // The year before 1 AD is 1 BC, and the one after 9999 has five digits.
  return parts.era === 'AD' && year.length === 4 ? `${year}-${parts.month}-${parts.day}` : undefined;
}

/**
 * The day of a time (epoch ms) in an IANA time zone, `YYYY-MM-DD`, by `Intl`; `undefined` as for `dayText`.
 * Throws a `RangeError` for a zone that this Node.js does not know: a mapping is checked for that when it is
 * loaded.
 */
export function zonedDay(ms: number, timeZone: string): string | undefined {
  if (timeZone === 'UTC') return utcDay(ms);
  const { format, days } = zoneOf(timeZone);
  return days.get(ms) ?? remember(days, ms, writeDay(format, ms));
}
