import type { AssignmentChange } from '../../src/dynamics/assignment-change.ts';
import type { Comparison } from '../../src/reconcile/compare-all.ts';
import type { Finding } from '../../src/reconcile/compare-user.ts';
import type { Report } from '../../src/reconcile/report.ts';
import { SITUATIONS } from '../../src/reconcile/situation.ts';
import { localTime } from '../frame/local-time.ts';
import type { Session } from '../frame/session.ts';
import type { Table } from '../frame/table.ts';

/** Up to so many rows are shown one by one; --json has them all. */
const MAX_SHOWN = 100;

function changeText(change: AssignmentChange | undefined): string {
  if (!change) return '';
  if (change.kind === 'remove') return `take away (${change.why})`;
  const { allocation, workspace } = change;
  if ('percentage' in allocation) return `${allocation.percentage} % in ${workspace}`;
  return `${allocation.hours} h in ${workspace}, ${allocation.start} to ${allocation.finish}`;
}

/** What of a comparison is shown row by row. `equal` is not among it. */
export interface ShownRow {
  readonly situation: string;
  readonly user?: string;
  readonly record?: string;
  readonly problem?: string;
  readonly change?: AssignmentChange;
  /** Why the brake holds it back. */
  readonly heldBack?: string;
}

const shown = ({ situation, user, record, change }: Finding): ShownRow => ({
  situation,
  user,
  ...(record !== undefined && { record }),
  ...(change && { change }),
});

/** Everything that is not equal, user by user. */
export function shownRows({ go, held, rows }: Comparison): ShownRow[] {
  const found = [
    ...go.map(shown),
    ...held.map(({ finding, why }) => ({ ...shown(finding), situation: 'held', heldBack: why })),
  ].sort((a, b) => (a.user ?? '').localeCompare(b.user ?? ''));
  const unusable = [...rows.records()].flatMap(([record, fact]): ShownRow[] =>
    fact.kind === 'unmappable' || fact.kind === 'unidentified'
      ? [{ situation: fact.kind, record, problem: fact.problem }]
      : [],
  );
  return [...found, ...unusable];
}

function rowTable(rows: readonly ShownRow[]): Table {
  return {
    titles: ['User', 'Row', 'Situation', 'What would be done'],
    rows: rows.map(({ user, record, situation, change, problem }) => [
      user,
      record,
      situation,
      problem ?? changeText(change),
    ]),
  };
}

function countTable({ counts }: Pick<Report, 'counts'>): Table {
  return {
    titles: ['Situation', 'Count'],
    rows: SITUATIONS.filter((one) => one === 'equal' || counts[one] > 0).map((one) => [one, counts[one]]),
  };
}

/** Counts, and the rows themselves as far as a person would read them. */
export function showPlan(report: Report, rows: readonly ShownRow[], session: Session): void {
  session.table(countTable(report));
  if (rows.length > 0) session.table(rowTable(rows.slice(0, MAX_SHOWN)));
  if (rows.length > MAX_SHOWN) session.say(`${rows.length - MAX_SHOWN} more: --json shows every row.`);
  if (report.unreadable > 0)
    session.say(
      `${report.unreadable} users have a document that cannot be read; they are left alone. "ledger list" names them.`,
      'red',
    );
  if (report.brakeHeld > 0)
    session.say(
      `${report.brakeHeld} changes are held back: ${report.removals} removals are more than the ${report.maxRemovals} that go without being asked, or many users would be left with nothing.`,
      'red',
    );
}

export function showReport(report: Report, session: Session): void {
  session.record(`Run ${report.run}`, [
    ['Began', localTime(report.startedAt)],
    ['Took', `${(report.durationMs / 1_000).toFixed(1)} s`],
    ['Started by', report.by],
    ['Rows', report.rows],
    ['Users', report.users],
    ['Messages sent', report.messages],
    ['Held back', report.brakeHeld],
  ]);
  session.table(countTable(report));
  if (report.named.length > 0)
    session.table({
      titles: ['Situation', 'User', 'Row', 'Problem'],
      optional: ['Problem'],
      rows: report.named.map(({ situation, user, record, problem }) => [situation, user, record, problem]),
    });
}

/** The runs, a line each. */
export function runTable(reports: readonly Report[]): Table {
  return {
    titles: ['Run', 'Began', 'Rows', 'Differing users', 'Messages', 'Held back'],
    optional: ['Rows', 'Messages'],
    rows: reports.map(({ run, startedAt, rows, differing, messages, brakeHeld }) => [
      run,
      localTime(startedAt),
      rows,
      differing,
      messages,
      brakeHeld,
    ]),
  };
}
