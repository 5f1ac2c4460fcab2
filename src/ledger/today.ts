import { zonedDay } from '../day.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';

/** The day (`YYYY-MM-DD`) that `now` (epoch ms) is in the rule's time zone. */
export function today({ timeZone }: Pick<PercentageRule, 'timeZone'>, now: number): string {
  const day = zonedDay(now, timeZone);
  if (day === undefined) throw new RangeError('The clock shows a year that is not one of 1 to 9999.');
  return day;
}

/**
 * What an app or a command takes for today: the fixed day of the settings, else that of the clock in the
 * mapping's zone.
 */
export function planningDay(
  {
    fixedDay,
    mapping,
  }: { readonly fixedDay?: string | undefined; readonly mapping: { readonly percentage: PercentageRule } },
  now: number,
): string {
  return fixedDay ?? today(mapping.percentage, now);
}

/** The UTC day: for the ledger's own dates, which need not be those of any plan. */
export function utcToday(): string {
  return today({ timeZone: 'UTC' }, Date.now());
}
