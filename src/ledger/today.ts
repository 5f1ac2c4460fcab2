import { zonedDay } from '../day.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';

/** The day (`YYYY-MM-DD`) that `now` (epoch ms) is in the rule's time zone. */
export function today({ timeZone }: PercentageRule, now: number): string {
  const day = zonedDay(now, timeZone);
  if (day === undefined) throw new RangeError('The clock shows a year that is not one of 1 to 9999.');
  return day;
}
