import { DAY_MS } from '../duration.ts';

/** No server means more than a day; a longer pause would outlive the default retry window. */
const MAX_MS = DAY_MS;

/**
 * `Retry-After` (RFC 9110, 10.2.3) as milliseconds from `now` (UTC epoch ms), capped at 24 h; `undefined` when it holds neither
 * whole seconds nor a possible HTTP date. A date in the past is 0.
 *
 * Own code: undici keeps its date parser private and its retry handler reads dates with `new Date()`, which rolls 31 February over.
 */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, MAX_MS);
  const date = parseHttpDate(value, now);
  return date === undefined ? undefined : Math.min(Math.max(date - now, 0), MAX_MS);
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

/** `Date.parse` rolls impossible dates over and ignores the weekday; writing the result back shows whether it did. */
function exactDate(imfFixdate: string): number | undefined {
  const ms = Date.parse(imfFixdate);
  return Number.isFinite(ms) && new Date(ms).toUTCString() === imfFixdate ? ms : undefined;
}
