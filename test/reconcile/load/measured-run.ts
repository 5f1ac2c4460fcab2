import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { withRunWorld } from '../../../src/reconcile/open-run.ts';
import { isEqual, reportOf } from '../../../src/reconcile/report.ts';
import { applyRun, planRun } from '../../../src/reconcile/run.ts';
import { readSettings } from '../../../src/settings.ts';

/*
 * A process of its own that makes one run with the settings of its environment, and prints a line of JSON: what it found, how long it took
 * and the most memory that it ever had. With the argument `apply` it sends as well.
 */
const settings = readSettings(process.env);
const started = performance.now();
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
console.log(
  JSON.stringify({
    report,
    equal: isEqual(report),
    seconds: since(),
    phases,
    // Of this process alone: what other processes do on the machine is not in it.
    processorSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    // Linux and Node: kilobytes.
    peakMb: process.resourceUsage().maxRSS / 1_024,
  }),
);
