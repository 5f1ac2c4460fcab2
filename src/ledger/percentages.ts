import { dayNumber } from '../day.ts';
import type { Allocation } from '../dynamics/assignment-change.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { calendarOf } from './calendar.ts';
import type { LedgerEntry } from './document.ts';
import { type Share, shareInWindow, type WhyZero } from './share-in-window.ts';
import { shareOfSpan } from './share-of-span.ts';
import { spanOf, windowOn } from './window.ts';

export interface WorkspacePercentage {
  readonly percentage: number;
  /** What the allocations add up to when that is over 100. */
  readonly uncapped?: number;
  /** Given when the work in the window comes to 0; `percentage` is then the rule's `atLeast`. */
  readonly whyZero?: WhyZero;
  /** Name from Dynamics, where one of the entries carries it. */
  readonly name?: string;
}

/** What the rows of one workspace say. */
interface Rows {
  readonly allocations: Allocation[];
  name: string | undefined;
}

/** Does the row keep its workspace attached on `day` (a number)? One without a finish does for ever. */
export function counts(allocation: Allocation, day: number, rule: PercentageRule): boolean {
  return rule.window === 'always' || day <= spanOf(allocation).finish + rule.keepAfter;
}

/**
 * Binary fractions add up differently in another order, and the order in which rows became known must not
 * show. Sums over a window see to that themselves, faster.
 */
function byRecord(assignments: Readonly<Record<string, LedgerEntry>>): LedgerEntry[] {
  return Object.entries(assignments)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => entry);
}

function rowsByWorkspace(
  assignments: Readonly<Record<string, LedgerEntry>>,
  day: number,
  rule: PercentageRule,
): Map<string, Rows> {
  const workspaces = new Map<string, Rows>();
  const entries = rule.window === 'always' ? byRecord(assignments) : Object.values<LedgerEntry>(assignments);
  for (const entry of entries) {
    if (entry.state !== 'assigned' || !counts(entry.allocation, day, rule)) continue;
    let rows = workspaces.get(entry.workspace);
    if (!rows) {
      rows = { allocations: [], name: undefined };
      workspaces.set(entry.workspace, rows);
    }
    rows.allocations.push(entry.allocation);
    if (rows.name === undefined || (entry.workspaceName ?? rows.name) < rows.name)
      rows.name = entry.workspaceName;
  }
  return workspaces;
}

function percentageOf(
  { percentage, whyZero }: Share,
  name: string | undefined,
  rule: PercentageRule,
): WorkspacePercentage {
  return {
    percentage: percentage === 0 ? rule.atLeast : Math.min(100, percentage),
    ...(percentage > 100 && { uncapped: percentage }),
    ...(whyZero !== undefined && { whyZero }),
    ...(name !== undefined && { name }),
  };
}

/**
 * The workspaces that are attached on `day` (`YYYY-MM-DD` in the rule's time zone), in the order of their
 * ids, each with its percentage. `assignments` are those of a ledger document; entries that are not assigned,
 * and rows that finished more than `keepAfter` days ago, are left out. Pure.
 */
export function percentagesOn(
  assignments: Readonly<Record<string, LedgerEntry>>,
  rule: PercentageRule,
  day: string,
): Map<string, WorkspacePercentage> {
  const today = dayNumber(day);
  const calendar = calendarOf(rule);
  const window = rule.window === 'always' ? undefined : windowOn(today, rule.window.weeks, calendar);
  const result = new Map<string, WorkspacePercentage>();
  const rows = [...rowsByWorkspace(assignments, today, rule)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [workspace, { allocations, name }] of rows) {
    const share = window
      ? shareInWindow(allocations, window, calendar, rule)
      : shareOfSpan(allocations, calendar, rule);
    result.set(workspace, percentageOf(share, name, rule));
  }
  return result;
}
