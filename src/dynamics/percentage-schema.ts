import { z } from 'zod';
import { between, members, wholeBetween } from './mapping-parts.ts';
import { WEEKDAYS } from './percentage-rule.ts';

const MAX_WEEKS = 52;
/** Ten years: beyond, a row might as well count for ever. */
const MAX_KEEP_AFTER_DAYS = 3_650;
/** Thirty years of holidays. */
const MAX_HOLIDAYS = 1_000;

const ZONE = 'an IANA time zone such as Europe/Madrid or UTC';
const WINDOW = 'an object with weeks, or "always"';
const WEEKDAY = `one of ${WEEKDAYS.join(', ')}`;
const WORKING_DAYS = `a list of at least one of ${WEEKDAYS.join(', ')}`;
const HOURS = 'a number of hours above 0, at most 24';
const DATE = 'a date that exists, such as 2026-12-25';
const HOLIDAYS = `a list of at most ${MAX_HOLIDAYS} dates`;

/** `Intl` takes offsets such as +01:00 too, but those know no summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const window = z
  .union([z.literal('always'), members({ weeks: wholeBetween(1, MAX_WEEKS) })], { error: WINDOW })
  .default({ weeks: 1 });

/** The member `percentage` of a mapping: a `PercentageRule`. */
export const percentageSchema = members({
  timeZone: z.string({ error: ZONE }).refine(isTimeZone, { error: ZONE }).default('UTC'),
  window,
  keepAfter: wholeBetween(0, MAX_KEEP_AFTER_DAYS).default(30),
  atLeast: between(0, 100).default(0),
  workingDays: z
    .array(z.enum(WEEKDAYS, { error: WEEKDAY }), { error: WORKING_DAYS })
    .min(1, { error: WORKING_DAYS })
    .readonly()
    .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
  hoursPerDay: z.number({ error: HOURS }).gt(0, { error: HOURS }).lte(24, { error: HOURS }).default(8),
  holidays: z
    .array(z.iso.date({ error: DATE }), { error: HOLIDAYS })
    .max(MAX_HOLIDAYS, { error: HOLIDAYS })
    .readonly()
    .default([]),
  decimals: z.literal([0, 1, 2], { error: '0, 1 or 2' }).default(2),
})
  .refine(({ atLeast, decimals }) => Number(atLeast.toFixed(decimals)) === atLeast, {
    path: ['atLeast'],
    error: 'a number with no more digits after the point than "decimals" says',
  })
  .prefault({});
