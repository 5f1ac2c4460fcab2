import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { Report } from '../../src/reconcile/report.ts';
import type { RunWorld } from '../../src/reconcile/run.ts';
import { isRunId, StoredReports } from '../../src/reconcile/stored-reports.ts';
import { readLedgerSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';
import { plannedAndApplied } from './apply.ts';
import { type Options, openRun } from './options.ts';
import { runTable, showReport } from './tables.ts';

const MAX_LISTED = 30;

function requireRunId(run: string): void {
  if (!isRunId(run))
    throw new UsageError('A run is named like 20260311T030000000Z-1a2b: "reconcile report" lists them.');
}

export async function report(session: Session, options: Options, run: string | undefined): Promise<ExitCode> {
  if (run !== undefined) requireRunId(run);
  const { ledger } = readLedgerSettings(commandSettings(options, session));
  session.target(ledgerTarget(ledger));
  const reports = new StoredReports(openLedger(ledger).documents);
  if (run !== undefined) {
    const found = await reports.read(run);
    if (!found) {
      session.say('There is no report of this run. They are kept for 30 days.');
      return EXIT.differs;
    }
    if (options.json) session.json(found);
    else showReport(found, session);
    return EXIT.done;
  }
  const found: Report[] = [];
  for (const one of (await reports.runs()).slice(0, MAX_LISTED)) {
    const read = await reports.read(one);
    if (read) found.push(read);
  }
  if (options.json) session.json(found);
  else session.table(runTable(found));
  if (found.length === 0) session.say('There was no run within 30 days.');
  return EXIT.done;
}

/** Each row is read again by its id: what no longer holds is not sent. */
async function allowHeld(
  run: string,
  world: RunWorld,
  options: Options,
  session: Session,
): Promise<ExitCode> {
  const reports = new StoredReports(world.documents);
  const held = await reports.held(run);
  if (!held) {
    session.say('This run holds nothing back, or it was allowed already.');
    return EXIT.differs;
  }
  session.say(`${held.length} changes were held back. Their rows are read again.`);
  const scope = { kind: 'rows', records: [...new Set(held.map(({ record }) => record))] } as const;
  const code = await plannedAndApplied(world, { by: 'command', scope }, options, session);
  if (code === EXIT.done) await reports.forgetHeld(run);
  return code;
}

export function allow(session: Session, options: Options, run: string): Promise<ExitCode> {
  requireRunId(run);
  session.requireAnswer(options.yes);
  return openRun(session, options, (world) => allowHeld(run, world, options, session));
}
