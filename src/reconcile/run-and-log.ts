import { openLedger } from '../ledger/open-ledger.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import { claimTable } from './ledger-tables.ts';
import { withRunWorld } from './open-run.ts';
import { reconcile } from './run.ts';
import { failedLine, finishedLine } from './run-line.ts';
import { isRunId, StoredReports } from './stored-reports.ts';

export interface TimedRun {
  /** Every user's whole state is told to COR again. */
  readonly verify: boolean;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * What the timer does: one run, and one line that tells it. It does not reject: the next night begins anew.
 */
export async function runAndLog(settings: Settings, { verify, signal, log }: TimedRun): Promise<void> {
  const started = performance.now();
  try {
    // Opened here: this code is bundled apart from the app's, with classes of errors of its own.
    const report = await withRunWorld(settings, openLedger(settings.ledger), { signal }, (world) =>
      reconcile(world, { by: 'timer', verify }),
    );
    log(report.counts.held > 0 ? 'warn' : 'info', finishedLine(report));
  } catch (error) {
    log('error', failedLine(error, performance.now() - started));
  }
}

/** Says at the start of the app whose ledger it is. It does not reject: a run says it again. */
export async function claimLedger({ ledger, mapping }: Pick<Settings, 'ledger' | 'mapping'>): Promise<void> {
  await claimTable(openLedger(ledger).documents, mapping.table).catch(() => undefined);
}

/** An answer of `GET /api/reconcile`: the newest 30 runs, or with `?run=ID` one with its rows. */
interface Answer {
  readonly status: number;
  readonly jsonBody: object;
}

const MAX_LISTED = 30;

export async function readReports(
  { ledger }: Pick<Settings, 'ledger'>,
  run: string | undefined,
): Promise<Answer> {
  const reports = new StoredReports(openLedger(ledger).documents);
  try {
    if (run === undefined)
      return {
        status: 200,
        jsonBody: {
          runs: (await reports.runs()).slice(0, MAX_LISTED),
          latest: (await reports.latest()) ?? null,
        },
      };
    const report = isRunId(run) ? await reports.read(run) : undefined;
    return report
      ? { status: 200, jsonBody: report }
      : { status: 404, jsonBody: { error: 'There is no report of such a run. They are kept for 30 days.' } };
  } catch (error) {
    return { status: 503, jsonBody: { error: storageFailure(error, () => {}).description } };
  }
}
