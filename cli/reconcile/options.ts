import { type OpenedLedger, openLedger } from '../../src/ledger/open-ledger.ts';
import { withRunWorld } from '../../src/reconcile/open-run.ts';
import type { RunProgress, RunWorld } from '../../src/reconcile/run.ts';
import { readSettings } from '../../src/settings.ts';
import type { Progress } from '../frame/progress.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget, queueTarget, type Where } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';

export interface Options extends Where {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly verify?: boolean;
  readonly dynamicsWins?: boolean;
}

/** One line or bar after the other: rows, users, messages. */
function progressOf(session: Session): RunProgress & { end(): void } {
  let running: { readonly what: string; readonly progress: Progress } | undefined;
  function at(what: string): Progress {
    if (running?.what === what) return running.progress;
    running?.progress.end();
    running = { what, progress: session.progress(what) };
    return running.progress;
  }
  return {
    onRows: (read) => at('Rows read').update(read),
    onUsers: (compared, total) => at('Users compared').update(compared, total),
    onMessages: (sent) => at('Messages sent').update(sent),
    end: () => running?.progress.end(),
  };
}

/** Says what the command works on, connects, and lets `use` work. */
export async function openRun<Result>(
  session: Session,
  options: Options,
  use: (world: RunWorld, opened: OpenedLedger) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(commandSettings(options, session));
  const { dataverse, ledger, serviceBus, source, mapping } = settings;
  if (!dataverse)
    throw new UsageError(
      'DATAVERSE_URL names no environment: without one there is nothing to compare with. Set it as in the app.',
    );
  if (ledger === 'memory')
    throw new UsageError('LedgerStorage is "memory": the ledger of the app cannot be seen from here.');
  session.target(
    `Table ${mapping.table} of ${new URL(dataverse.origin).host}; ${ledgerTarget(ledger)}; ${queueTarget(source, serviceBus)}`,
  );
  const progress = progressOf(session);
  const opened = openLedger(ledger);
  try {
    return await withRunWorld(settings, opened, { signal: session.interruption(), progress }, (world) =>
      use(world, opened),
    );
  } finally {
    progress.end();
  }
}
