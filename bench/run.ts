import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endWithParent } from '../local/end-with-parent.ts';
import { describeMachine, type Machine, machine, waiting } from './machine.ts';
import type { CostFacts, RatePoint, Scenario, Size } from './measurement.ts';
import { costTable } from './report/cost.ts';
import { markdownTable, withPart } from './report/document.ts';
import { ratePlot } from './report/plot.ts';
import { notMeasured, type Result, toResult, type Verdict } from './report/results.ts';
import { table } from './report/table.ts';
import { runScenario } from './run-scenario.ts';

const USAGE = `Measures how fast the connector is, always against something measured beside it in the same run, on an otherwise idle machine.

  npm run bench                       all of it: writes bench/results.json, docs/rate-by-concurrency.svg and the figures in docs/performance.md
  npm run bench -- --only decode,burst   some parts, writes nothing
  npm run bench -- --quick               a little of everything, to see that it works; writes nothing`;

const SCENARIOS = [
  'decode',
  'cor-client',
  'whole-app',
  'azurite',
  'concurrency',
  'burst',
  'reschedule',
  'import',
  'start',
  'costs',
  'memory',
  'linear',
];

/** A run of which more says nothing replaces none. Single figures of a quiet machine may lie apart by chance. */
const MAX_INCONCLUSIVE = 0.1;

const here = (path: string): URL => new URL(path, import.meta.url);

/** What a whole run has found. */
interface Findings {
  readonly results: Result[];
  rates: readonly RatePoint[] | undefined;
  facts: Partial<CostFacts>;
}

function isWhole(facts: Partial<CostFacts>): facts is CostFacts {
  const { eventsPerSecond, telemetryBytes, reads, writes } = facts;
  return [eventsPerSecond, telemetryBytes, reads, writes].every((one) => one !== undefined);
}

function write(where: Machine, { results, rates, facts }: Findings): void {
  writeFileSync(here('results.json'), `${JSON.stringify({ machine: where, results }, null, 2)}\n`);
  const file = here('../docs/performance.md');
  const figures = `${describeMachine(where)}\n\n${markdownTable(results)}`;
  const withFigures = withPart(readFileSync(file, 'utf8'), 'figures', figures);
  writeFileSync(file, isWhole(facts) ? withPart(withFigures, 'costs', costTable(facts)) : withFigures);
  if (rates)
    writeFileSync(
      here('../docs/rate-by-concurrency.svg'),
      ratePlot(rates, 'One instance, distinct users, COR answers after 150 ms'),
    );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const chosen = values.only?.split(',') ?? SCENARIOS;
  const unknown = chosen.filter((name) => !SCENARIOS.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. There are: ${SCENARIOS.join(', ')}.`);
    return 2;
  }
  const size: Size = values.quick ? 'quick' : 'full';
  const results: Result[] = [];
  const findings: Findings = { results, rates: undefined, facts: {} };
  let failed = 0;
  const where = machine();
  const startedAt = performance.now();
  let before = waiting();
  for (const name of chosen) {
    const beganAt = performance.now();
    try {
      const { scenario } = (await import(`./scenarios/${name}.ts`)) as { scenario: Scenario };
      const outcome = await runScenario(name, scenario, size);
      const after = waiting();
      const busiest = Math.max(before, after);
      before = after;
      results.push(...outcome.measurements.map((one) => toResult(one, busiest)));
      findings.rates ??= outcome.rates;
      findings.facts = { ...findings.facts, ...outcome.facts };
      console.log(
        `${name}: ${((performance.now() - beganAt) / 1000).toFixed(0)} s; a processor was waited for ${Math.round(100 * (busiest - 1))} % longer than used`,
      );
    } catch (error) {
      failed += 1;
      results.push(notMeasured(name));
      console.error(`${name} FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(
    `\n${table(results)}\n${describeMachine(where)} ${((performance.now() - startedAt) / 1000).toFixed(0)} s in all.`,
  );
  const ended = (wanted: Verdict) => results.filter(({ verdict }) => verdict === wanted).length;
  const [missed, inconclusive] = [ended('missed'), ended('inconclusive')];
  if (missed > 0) console.log(`${missed} ${missed === 1 ? 'target is' : 'targets are'} missed.`);
  if (inconclusive > 0)
    console.log(
      `Inconclusive: others kept the machine too busy for ${inconclusive} of ${results.length} figures. Run it on an idle machine.`,
    );
  if (failed > 0) console.log(`${failed} ${failed === 1 ? 'part' : 'parts'} failed to run.`);
  if (values.quick || values.only) console.log('Nothing was written: that takes a whole run.');
  else if (failed > 0 || inconclusive > results.length * MAX_INCONCLUSIVE)
    console.log('Nothing was written: figures that say nothing replace none.');
  else write(where, findings);
  return failed > 0 ? 1 : 0;
}

endWithParent(() => process.exit(1));
try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
