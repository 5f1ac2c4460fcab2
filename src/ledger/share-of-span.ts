import type { Allocation } from '../dynamics/assignment-change.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { type Calendar, workingDaysBetween } from './calendar.ts';
import type { Share } from './share-in-window.ts';
import { spanOf } from './window.ts';

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // The nudge keeps 1.005 and its like, which binary fractions hold a hair too small, from being rounded
  // down.
  return Math.round(value * scale * (1 + Number.EPSILON)) / scale;
}

/**
 * The share for the window `always`: fixed percentages added up whatever their dates, plus 100 × all hours ÷
 * the working hours between the earliest start and the latest finish (one working day where that span has
 * none), rounded to the nearest.
 */
export function shareOfSpan(
  allocations: readonly Allocation[],
  calendar: Calendar,
  rule: PercentageRule,
): Share {
  let fixed = 0;
  let hours = 0;
  let first = Infinity;
  let last = -Infinity;
  for (const allocation of allocations) {
    if ('percentage' in allocation) {
      fixed += allocation.percentage;
      continue;
    }
    const { start, finish } = spanOf(allocation);
    hours += allocation.hours;
    first = Math.min(first, start);
    last = Math.max(last, finish);
  }
  const days = hours > 0 ? workingDaysBetween(calendar, first, last) : 0;
  const workingHours = Math.max(1, days) * rule.hoursPerDay;
  return { percentage: round(fixed + (100 * hours) / workingHours, rule.decimals) };
}
