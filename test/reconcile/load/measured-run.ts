import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { LIMITS } from '../../../src/reconcile/run-limits.ts';

/*
 * A process of its own that makes one run with the settings of its environment, in a thread with the limits that the app's timer gives it,
 * and prints a line of JSON: what it found, how long it took and the most memory that the process ever had. With the argument `apply` it
 * sends as well.
 */
async function measure() {
  const started = performance.now();
  // Only in the thread: nothing else is to be in the process.
  const { openLedger } = await import('../../../src/ledger/open-ledger.ts');
  const { withRunWorld } = await import('../../../src/reconcile/open-run.ts');
  const { isEqual, reportOf } = await import('../../../src/reconcile/report.ts');
  const { applyRun, planRun } = await import('../../../src/reconcile/run.ts');
  const { readSettings } = await import('../../../src/settings.ts');
  const settings = readSettings(process.env);
  const phases: Record<string, number> = {};
  const since = () => (performance.now() - started) / 1_000;
  const note = (phase: string) => () => {
    phases[phase] = since();
  };
  const progress = {
    onRows: note('rowsRead'),
    onUsers: note('usersCompared'),
    onMessages: note('messagesSent'),
  };
  const result = await withRunWorld(settings, openLedger(settings.ledger), { progress }, async (world) => {
    const planned = await planRun(world, { by: 'command' });
    if (process.argv[2] === 'apply') return applyRun(planned, world);
    const { run, startedAt, comparison } = planned;
    return reportOf(comparison, { run, by: 'command', startedAt, endedAt: world.now(), messages: 0 });
  });
  const { named: _, ...report } = result;
  return { report, equal: isEqual(report), seconds: since(), phases };
}

function printed(measured: object): string {
  return JSON.stringify({
    ...measured,
    // Of this process alone: what other processes do on the machine is not in it.
    processorSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    // Linux and Node: kilobytes.
    peakMb: process.resourceUsage().maxRSS / 1_024,
  });
}

if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
    resourceLimits: LIMITS,
  });
  thread.once('message', (measured) => console.log(printed(measured)));
} else parentPort?.postMessage(await measure());
