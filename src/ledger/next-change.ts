import { dayNumber, dayText } from '../day.ts';
import type { Allocation } from '../dynamics/assignment-change.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { calendarOf, mondayOf } from './calendar.ts';
import { type LedgerEntry, NEVER } from './document.ts';
import { spanOf, type Window, windowOn } from './window.ts';

/**
 * The Monday on which the share of an allocation in the window may change next, as a number; infinite when it
 * will not.
 */
function nextShareChange(allocation: Allocation, window: Window): number {
  const { start, finish } = spanOf(allocation);
  const length = window.last - window.first + 1;
  if (finish < window.first) return Infinity;
  if (start > window.last) return mondayOf(start) - length + 7;
  const isWhole = 'percentage' in allocation && start <= window.first && finish >= window.last;
  if (!isWhole) return window.first + 7;
  // The same percentage until the window reaches beyond its finish.
  return finish === Infinity ? Infinity : mondayOf(finish - length + 8);
}

/**
 * The first day after `day` on which `percentagesOn` may say something else for the same assignments: a day
 * too early may be named, one too late never is. `never` also when that day is after the year 9999. Pure.
 */
export function nextChange(
  assignments: Readonly<Record<string, LedgerEntry>>,
  rule: PercentageRule,
  day: string,
): string {
  if (rule.window === 'always') return NEVER;
  const today = dayNumber(day);
  const window = windowOn(today, rule.window.weeks, calendarOf(rule));
  let next = Infinity;
  for (const entry of Object.values(assignments)) {
    if (entry.state !== 'assigned') continue;
    const gone = spanOf(entry.allocation).finish + rule.keepAfter + 1;
    if (gone > today) next = Math.min(next, gone, nextShareChange(entry.allocation, window));
  }
  return dayText(next) ?? NEVER;
}
