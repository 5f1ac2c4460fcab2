import { zonedDay } from '../day.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';

/** The day (`YYYY-MM-DD`) that `now` (epoch ms) is in the rule's time zone. */
export function today({ timeZone }: Pick<PercentageRule, 'timeZone'>, now: number): string {
  const day = zonedDay(now, timeZone);
  if (day === undefined) throw new RangeError('The clock shows a year that is not one of 1 to 9999.');
  return day;
}

/** The UTC day: for the ledger's own dates, which need not be those of any plan. */
export function utcToday(): string {
  return today({ timeZone: 'UTC' }, Date.now());
}
