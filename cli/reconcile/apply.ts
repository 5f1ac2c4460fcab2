import { isEqual, type Report, reportOf } from '../../src/reconcile/report.ts';
import {
  applyRun,
  type Planned,
  planRun,
  type RunOptions,
  type RunWorld,
  underLease,
} from '../../src/reconcile/run.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import type { Session } from '../frame/session.ts';
import type { Options } from './options.ts';
import { shownRows, showPlan } from './tables.ts';

/** A report of what would be done: nothing was sent. */
function wouldReport({ run, startedAt, comparison, options }: Planned, now: number): Report {
  return reportOf(comparison, { run, by: options.by, startedAt, endedAt: now, messages: 0 });
}

/** Plans a run and shows it. */
export async function planned(
  world: RunWorld,
  run: RunOptions,
  options: Options,
  session: Session,
): Promise<{ readonly plan: Planned; readonly report: Report }> {
  const plan = await planRun(world, run);
  const report = wouldReport(plan, world.now());
  const rows = shownRows(plan.comparison);
  if (options.json) session.json({ ...report, named: rows });
  else showPlan(report, rows, session);
  return { plan, report };
}

function question({ differing, counts, brakeHeld, rows }: Report, { verify, dynamicsWins }: Options): string {
  const removals = counts.goneInDynamics + counts.movedInDynamics;
  return [
    `${rows} rows were compared. ${differing} users differ:`,
    `${counts.missingInLedger} rows to add, ${counts.staleInLedger} to change or take away, ${removals} gone or moved.`,
    brakeHeld > 0 ? `${brakeHeld} changes are held back and not sent.` : '',
    verify ? 'Every user is told to COR again.' : '',
    dynamicsWins ? 'The versions of every user are forgotten: Dynamics wins.' : '',
    'Send the messages?',
  ]
    .filter(Boolean)
    .join(' ');
}

/** Plans, asks, sends and says what was sent. */
export async function plannedAndApplied(
  world: RunWorld,
  run: RunOptions,
  options: Options,
  session: Session,
): Promise<ExitCode> {
  // What is printed as JSON is printed once: what was done.
  const { plan, report: would } = await planned(world, run, { ...options, json: false }, session);
  const isNeeded = would.differing > 0 || options.verify || options.dynamicsWins;
  if (!isNeeded) session.say(isEqual(would) ? 'Equal: nothing to send.' : 'Nothing to send.');
  if (isNeeded && !(await session.confirm(question(would, options), options.yes))) {
    session.say('Nothing was sent.');
    return EXIT.differs;
  }
  const report = await underLease(world, () => applyRun(plan, world));
  if (options.json) session.json(report);
  session.say(`Sent ${report.messages} messages. Once they are through, "reconcile plan" says equal.`);
  if (report.brakeHeld > 0)
    session.say(`Held back: ${report.brakeHeld}. If it is meant so: reconcile allow ${report.run}`, 'red');
  return report.brakeHeld > 0 ? EXIT.differs : EXIT.done;
}
