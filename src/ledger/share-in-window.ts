import type { Allocation } from '../dynamics/assignment-change.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { type Calendar, workingDaysBetween } from './calendar.ts';
import { type Span, spanOf, type Window } from './window.ts';

/**
 * Sums of binary fractions may lie a hair below the decimal number they stand for. This much of the last
 * digit is far more than that, and far too little to lift the shares of a person above 100.
 */
const NUDGE = 1e-6;

function roundDown(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.floor(value * scale + NUDGE) / scale;
}

/**
 * Binary fractions add up differently in another order, and the order in which rows became known must not
 * show.
 */
function add(numbers: number[]): number {
  return numbers.sort((a, b) => a - b).reduce((sum, number) => sum + number, 0);
}

/**
 * Hours of a row that fall into the window: they are spread over its own working days, or lie on its first
 * day when it has none.
 */
function hoursInWindow(hours: number, { start, finish }: Span, window: Window, calendar: Calendar): number {
  const own = workingDaysBetween(calendar, start, finish);
  if (own === 0) return start >= window.first && start <= window.last ? hours : 0;
  const first = Math.max(start, window.first);
  const last = Math.min(finish, window.last);
  return (hours * workingDaysBetween(calendar, first, last)) / own;
}

/**
 * A fixed percentage for the working days that it covers. A window without any counts as one day, its first.
 */
function fixedInWindow(percentage: number, span: Span, window: Window, calendar: Calendar): number {
  if (span.start <= window.first && span.finish >= window.last) return percentage;
  if (window.workingDays === 0)
    return span.start <= window.first && span.finish >= window.first ? percentage : 0;
  const first = Math.max(span.start, window.first);
  const last = Math.min(span.finish, window.last);
  return (percentage * workingDaysBetween(calendar, first, last)) / window.workingDays;
}

/**
 * Why the rows of a workspace come to 0: all have finished, some begin later, none has work in the window, or
 * too little for a digit.
 */
export type WhyZero = 'finished' | 'later' | 'noWork' | 'roundedDown';

function whyZeroIn(window: Window, allocations: readonly Allocation[], sum: number): WhyZero {
  if (sum > 0) return 'roundedDown';
  const spans = allocations.map(spanOf);
  if (spans.every(({ finish }) => finish < window.first)) return 'finished';
  return spans.some(({ start }) => start > window.last) ? 'later' : 'noWork';
}

/** What the rows of one workspace take of a person's working time, in percent, not capped. */
export interface Share {
  readonly percentage: number;
  readonly whyZero?: WhyZero;
}

/** The share of the working hours of the window that is planned for it, rounded down. */
export function shareInWindow(
  allocations: readonly Allocation[],
  window: Window,
  calendar: Calendar,
  rule: PercentageRule,
): Share {
  const fixed: number[] = [];
  const hours: number[] = [];
  for (const allocation of allocations) {
    const span = spanOf(allocation);
    if ('percentage' in allocation) fixed.push(fixedInWindow(allocation.percentage, span, window, calendar));
    else hours.push(hoursInWindow(allocation.hours, span, window, calendar));
  }
  const workingHours = Math.max(1, window.workingDays) * rule.hoursPerDay;
  const sum = add(fixed) + (100 * add(hours)) / workingHours;
  const percentage = roundDown(sum, rule.decimals);
  return percentage > 0 ? { percentage } : { percentage, whyZero: whyZeroIn(window, allocations, sum) };
}
