import { DAY_MS } from '../duration.ts';

/** Whatever a server says: what waits longer than a week is forgotten. */
const MAX_MS = 7 * DAY_MS;

/**
 * `Retry-After` (RFC 9110, 10.2.3) as milliseconds from `now` (UTC epoch ms), capped at 7 days; `undefined`
 * when it holds neither seconds nor a possible date. A date in the past is 0. Read leniently, as servers
 * write it: fractions are rounded up, of several values the longest counts, an ISO date is a date.
 *
 * Own code: undici keeps its date parser private and its retry handler reads dates with `new Date()`, which
 * rolls 31 February over.
 */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  if (SECONDS.test(value)) {
    const seconds = value.split(',').map((one) => Math.ceil(Number(one)));
    return Math.min(Math.max(...seconds) * 1_000, MAX_MS);
  }
  const date = ISO_DATE.test(value) ? isoDate(value) : parseHttpDate(value, now);
  return date === undefined ? undefined : Math.min(Math.max(date - now, 0), MAX_MS);
}

const SECONDS = /^\d{1,20}(\.\d{1,20})?(\s*,\s*\d{1,20}(\.\d{1,20})?){0,9}$/;
const ISO_DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Without a zone it is UTC, as every other date of HTTP. `Date.parse` rolls 31 February over, so the day is
 * looked at alone.
 */
function isoDate(value: string): number | undefined {
  const day = value.slice(0, 10);
  const midnight = Date.parse(day);
  if (!Number.isFinite(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isFinite(ms) ? ms : undefined;
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC_850 = /^([A-Z][a-z]{2})[a-z]*day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d:\d\d:\d\d) GMT$/;
const ASCTIME = /^([A-Z][a-z]{2}) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/;

/** The three forms that a recipient has to accept (RFC 9110, 5.6.7), as UTC epoch ms. */
function parseHttpDate(value: string, now: number): number | undefined {
  if (IMF_FIXDATE.test(value)) return exactDate(value);

  const rfc850 = RFC_850.exec(value);
  if (rfc850) {
    const [, weekday, day, month, shortYear, time] = rfc850;
    const thisYear = new Date(now).getUTCFullYear();
    const year = thisYear - (thisYear % 100) + Number(shortYear);
    // A two-digit year that looks more than 50 years ahead is of the last century (RFC 9110, 5.6.7).
    return exactDate(`${weekday}, ${day} ${month} ${year > thisYear + 50 ? year - 100 : year} ${time} GMT`);
  }

  const asctime = ASCTIME.exec(value);
  if (asctime) {
    const [, weekday, month, day, time, year] = asctime;
    return exactDate(`${weekday}, ${day?.replace(' ', '0')} ${month} ${year} ${time} GMT`);
  }
  return undefined;
}

/**
 * `Date.parse` rolls impossible dates over and ignores the weekday; writing the result back shows whether it
 * did.
 */
function exactDate(imfFixdate: string): number | undefined {
  const ms = Date.parse(imfFixdate);
  return Number.isFinite(ms) && new Date(ms).toUTCString() === imfFixdate ? ms : undefined;
}
