import type { LedgerDocument } from './document.ts';

/** How allocations become the one number that COR holds per workspace. Part of the mapping. */
export interface PercentageRule {
  /** Working hours of one day, Monday to Friday. */
  readonly hoursPerDay: number;
  /** Digits after the point. */
  readonly decimals: 0 | 1 | 2;
}

export interface WorkspacePercentage {
  readonly percentage: number;
  /** What the allocations add up to when that is over 100. */
  readonly uncapped?: number;
  /** Name from Dynamics, where one of the entries carries it. */
  readonly name?: string;
}

const DAY = 86_400_000;
const MONDAY = 1;
const FRIDAY = 5;

/** Mondays to Fridays from `start` to `finish` (UTC midnights), both included. */
function weekdays(start: number, finish: number): number {
  const days = Math.round((finish - start) / DAY) + 1;
  const wholeWeeks = Math.floor(days / 7);
  let count = wholeWeeks * 5;
  for (let day = wholeWeeks * 7; day < days; day += 1) {
    const weekday = new Date(start + day * DAY).getUTCDay();
    if (weekday >= MONDAY && weekday <= FRIDAY) count += 1;
  }
  return count;
}

interface Total {
  fixed: number;
  hours: number;
  start: number;
  finish: number;
  name: string | undefined;
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // The nudge keeps 1.005 and its like, which binary fractions hold a hair too small, from being rounded down.
  return Math.round(value * scale * (1 + Number.EPSILON)) / scale;
}

function byRecord([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/**
 * The percentage of every workspace that the document gives its user: fixed percentages added up, plus 100 × all hours ÷ the working
 * hours between the earliest start and the latest finish (one working day where that span has none), rounded, capped at 100.
 */
export function percentages(
  document: LedgerDocument,
  rule: PercentageRule,
): Map<string, WorkspacePercentage> {
  const totals = new Map<string, Total>();
  // Binary fractions add up differently in another order, and the order in which rows became known must not show.
  for (const [, entry] of Object.entries(document.assignments).sort(byRecord)) {
    if (entry.state !== 'assigned') continue;
    const total = totals.get(entry.workspace) ?? {
      fixed: 0,
      hours: 0,
      start: Infinity,
      finish: -Infinity,
      name: undefined,
    };
    totals.set(entry.workspace, total);
    total.name ??= entry.workspaceName;
    if ('percentage' in entry.allocation) {
      total.fixed += entry.allocation.percentage;
    } else {
      total.hours += entry.allocation.hours;
      total.start = Math.min(total.start, Date.parse(entry.allocation.start));
      total.finish = Math.max(total.finish, Date.parse(entry.allocation.finish));
    }
  }
  const result = new Map<string, WorkspacePercentage>();
  for (const [workspace, total] of totals) {
    const workingHours =
      Math.max(1, total.hours > 0 ? weekdays(total.start, total.finish) : 0) * rule.hoursPerDay;
    const sum = round(total.fixed + (100 * total.hours) / workingHours, rule.decimals);
    result.set(workspace, {
      percentage: Math.min(100, sum),
      ...(sum > 100 && { uncapped: sum }),
      ...(total.name !== undefined && { name: total.name }),
    });
  }
  return result;
}
