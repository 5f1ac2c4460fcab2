const JSON_DATE = /^\/Date\((-?\d{1,15})([+-]\d{4})?\)\/$/;
const ISO_DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

// What a .NET DateTime can hold: the years 1 to 9999.
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

export interface JsonDate {
  /** UTC epoch milliseconds. */
  readonly ms: number;
  /**
   * The offset that was written, such as `+0200`. It does not change `ms` (.NET docs, stand-alone JSON
   * serialization).
   */
  readonly offset?: string;
}

/** Reads `/Date(ms)/` and `/Date(ms+hhmm)/`, as the DataContract serializer writes dates. */
export function readJsonDate(text: string): JsonDate | undefined {
  const found = JSON_DATE.exec(text);
  if (!found) return undefined;
  const ms = Number(found[1]);
  if (ms < EARLIEST || ms > LATEST) return undefined;
  return { ms, ...(found[2] !== undefined && { offset: found[2] }) };
}

/** As .NET has it: no place is further from UTC. */
const MAX_OFFSET_MINUTES = 14 * 60;

function offsetMs(zone: string | undefined): number | undefined {
  // Without a zone it is UTC: Dataverse keeps UTC, and Date.parse would take the local zone of this machine.
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.replace(':', '');
  const [hours, minutes] = [Number(digits.slice(1, 3)), Number(digits.slice(3))];
  const offset = hours * 60 + minutes;
  if (minutes > 59 || offset > MAX_OFFSET_MINUTES) return undefined;
  return (digits.startsWith('-') ? -offset : offset) * 60_000;
}

/**
 * Reads an ISO 8601 date or date and time as UTC epoch milliseconds; `undefined` for the 30th of February and
 * its like, for offsets beyond ±14:00, and for what lies outside the years 1 to 9999 in UTC.
 */
export function readIsoDate(text: string): number | undefined {
  const found = ISO_DATE.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day);
  date.setUTCHours(hour ?? 0, minute, second, Number((found[7] ?? '').slice(0, 3).padEnd(3, '0')));
  // A part that is too large carries into the next one, so the date would come out as another than was
  // written.
  if (date.toISOString().slice(0, 19) !== isoSeconds(found)) return undefined;
  const offset = offsetMs(found[8]);
  if (offset === undefined) return undefined;
  const ms = date.getTime() - offset;
  return ms < EARLIEST || ms > LATEST ? undefined : ms;
}

function isoSeconds([
  ,
  year,
  month,
  day,
  hour = '00',
  minute = '00',
  second = '00',
]: RegExpExecArray): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}
