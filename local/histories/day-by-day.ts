import type { Allocation } from '../../src/dynamics/assignment-change.ts';
import { type PercentageRule, WEEKDAYS } from '../../src/dynamics/percentage-rule.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import type { LedgerEntry } from '../../src/ledger/document.ts';

/** A rule whose percentages belong to some weeks, with the defaults of a mapping for the rest. */
export type WeekRule = PercentageRule & { readonly window: { readonly weeks: number } };

export function weekRule(percentage: object): WeekRule {
  const { window, ...rule } = percentageSchema.parse(percentage);
  if (window === 'always') throw new Error('The window should be one of weeks.');
  return { ...rule, window };
}

export interface PlanRow {
  readonly workspace: string;
  readonly allocation: Allocation;
}

export function assignmentsOf(rows: readonly PlanRow[]): Record<string, LedgerEntry> {
  return Object.fromEntries(
    rows.map((row, index) => [`r${index}`, { state: 'assigned', ...row, version: { sequence: index } }]),
  );
}

export function plusDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

function daysFrom(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = plusDays(day, 1)) days.push(day);
  return days;
}

function isWorking(day: string, { workingDays, holidays }: PercentageRule): boolean {
  return workingDays.includes(WEEKDAYS[weekday(day)] ?? 'monday') && !holidays.includes(day);
}

/** What a plan asks for on each day: hours, and percent of the day. */
function onDay(allocation: Allocation, day: string, countedDay: boolean, rule: PercentageRule) {
  const { start = '0001-01-01', finish = '9999-12-31' } = allocation;
  const within = start <= day && day <= finish;
  if ('percentage' in allocation)
    return { hours: 0, percent: within && countedDay ? allocation.percentage : 0 };
  const working = daysFrom(start, finish).filter((one) => isWorking(one, rule));
  const own = working.length > 0 ? working : [start];
  return { hours: own.includes(day) ? allocation.hours / own.length : 0, percent: 0 };
}

/** The percentages that a plan comes to, added up day by day, as somebody with a wall calendar would: slow, and apart from the code. */
export function addUpDayByDay(rows: readonly PlanRow[], rule: WeekRule, day: string): Map<string, number> {
  const monday = plusDays(day, -weekday(day));
  const days = daysFrom(monday, plusDays(monday, rule.window.weeks * 7 - 1));
  const working = days.filter((one) => isWorking(one, rule));
  const counted = working.length > 0 ? working : [monday];
  const sums = new Map<string, number>();
  for (const { workspace, allocation } of rows) {
    if (allocation.finish !== undefined && day > plusDays(allocation.finish, rule.keepAfter)) continue;
    let sum = sums.get(workspace) ?? 0;
    for (const one of days) {
      const { hours, percent } = onDay(allocation, one, counted.includes(one), rule);
      sum += percent / counted.length + (100 * hours) / (counted.length * rule.hoursPerDay);
    }
    sums.set(workspace, sum);
  }
  const scale = 10 ** rule.decimals;
  return new Map(
    [...sums].map(([workspace, sum]) => {
      const rounded = Math.floor(sum * scale + 1e-6) / scale;
      return [workspace, rounded === 0 ? rule.atLeast : Math.min(100, rounded)];
    }),
  );
}
