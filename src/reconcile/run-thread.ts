import { parentPort, workerData } from 'node:worker_threads';
import { openLedger } from '../ledger/open-ledger.ts';
import { readSettings } from '../settings.ts';
import { withRunWorld } from './open-run.ts';
import { reconcile } from './run.ts';
import { failedLine, finishedLine } from './run-line.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread of one timed run: see `run-in-thread.ts`. Its last word is the line that tells the run. */
async function run({ verify }: ThreadData, signal: AbortSignal): Promise<FromThread> {
  const started = performance.now();
  try {
    const settings = readSettings(process.env);
    const report = await withRunWorld(settings, openLedger(settings.ledger), { signal }, (world) =>
      reconcile(world, { by: 'timer', verify }),
    );
    return { level: report.counts.held > 0 ? 'warn' : 'info', line: finishedLine(report) };
  } catch (error) {
    return { level: 'error', line: failedLine(error, performance.now() - started) };
  }
}

async function runAndTell(): Promise<void> {
  const stopping = new AbortController();
  parentPort?.on('message', (_stop: ToThread) => stopping.abort());
  parentPort?.postMessage(await run(workerData as ThreadData, stopping.signal));
  parentPort?.close();
}

// A rejection ends the thread, and the one that started it is told.
runAndTell().catch((error: unknown) => {
  throw error;
});
