import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../local/histories/random.ts';
import { isEqual, type Report, reportOf } from '../../../src/reconcile/report.ts';
import { planRun, reconcile } from '../../../src/reconcile/run.ts';
import { Documents } from '../../ledger/model/documents.ts';
import { Dynamics, type Row, type Shape, truth } from '../../ledger/model/dynamics.ts';
import { shapeOf } from '../../ledger/model/histories.ts';
import { Arrivals, RECORDS } from '../../ledger/model/play.ts';
import { Died, Runs } from './runs.ts';

/** What each row was at each version, and when it was not there. */
class History {
  private readonly owners = new Map<string, string | undefined>();
  private readonly absent = new Map<string, number[]>();
  private steps = 0;

  note(rows: ReadonlyMap<string, Row>): number {
    this.steps += 1;
    for (const record of RECORDS) {
      const row = rows.get(record);
      if (row) this.owners.set(`${record} ${row.number}`, row.active ? row.user : undefined);
      else this.absent.set(record, [...(this.absent.get(record) ?? []), this.steps]);
    }
    return this.steps;
  }

  /** Who had the row at a version; `undefined` for nobody. */
  ownerAt(record: string, number: number | undefined): string | undefined {
    return this.owners.get(`${record} ${number}`);
  }

  wasAbsent(record: string): boolean {
    return this.absent.has(record);
  }
}

/** Whatever happens to rows, events, processes and messages while comparisons run: the last quiet one leaves everything right. */
async function endsRight(
  seed: number,
  length: number,
  shape: Shape,
): Promise<{ sent: number; died: number }> {
  const random = seededRandom(seed);
  const dynamics = new Dynamics(shape, random);
  const documents = new Documents();
  const arrivals = new Arrivals(dynamics, documents, random);
  const runs = new Runs(documents, dynamics, random);
  const history = new History();
  let [left, sent, died] = [length, 0, 0];

  function deliverMessage(): void {
    const one = runs.deliverOne();
    for (const { kind, record, user, version, basis } of one?.message.changes ?? []) {
      if (kind !== 'remove') continue;
      // A run takes away only what Dynamics did not have when it looked.
      if (basis?.kind === 'gone') expect(history.wasAbsent(record)).toBe(true);
      else expect(history.ownerAt(record, version.number)).not.toBe(user);
    }
  }
  function happens(): void {
    if (left > 0 && random.chance(0.5)) {
      left -= 1;
      const posted = dynamics.step();
      history.note(dynamics.rows);
      // Every third event is lost.
      if (posted && random.chance(0.66)) arrivals.post(posted);
    }
    arrivals.deliverSome();
    if (random.chance(0.3)) deliverMessage();
    if (random.chance(0.02)) throw new Died();
  }
  async function run(): Promise<Report | undefined> {
    try {
      return await reconcile(runs.world(happens), { by: 'timer' });
    } catch (error) {
      if (!(error instanceof Died)) {
        if ((error as { code?: string }).code !== 'partial' && (error as { code?: string }).code !== 'busy')
          throw error;
        return undefined;
      }
      died += 1;
      return undefined;
    }
  }

  history.note(dynamics.rows);
  while (left > 0) {
    const report = await run();
    sent += report?.messages ?? 0;
    // A process that died keeps its lease for two minutes.
    dynamics.pass();
    dynamics.pass();
    dynamics.pass();
  }
  arrivals.deliverAll();
  runs.deliverAll();
  if (dynamics.rows.size === 0) return { sent, died };
  dynamics.pass();
  const quiet = runs.world(() => {});
  sent += (await reconcile(quiet, { by: 'timer' })).messages;
  runs.deliverAll();
  expect(documents.held()).toEqual(truth(dynamics.rows));
  const plan = await planRun(quiet, { by: 'command' });
  const after = reportOf(plan.comparison, {
    run: plan.run,
    by: 'command',
    startedAt: 0,
    endedAt: 0,
    messages: 0,
  });
  expect(after.counts).toMatchObject({ missingInLedger: 0, staleInLedger: 0, goneInDynamics: 0 });
  expect(isEqual(after)).toBe(true);
  return { sent, died };
}

const SHAPES: [string, Shape][] = [
  ['one life of each row', shapeOf('numbers')],
  ['clocks that differ', shapeOf('skewed')],
  ['rows that live again', shapeOf('numbers', { restoresRows: true })],
  ['all of it', shapeOf('skewed', { restoresRows: true, weeksPass: true })],
];

export function describeRuns(numRuns: number): void {
  describe('comparisons while rows change, events are lost and processes die', {
    timeout: numRuns * 200,
  }, () => {
    it.each(SHAPES)('leave everything as Dynamics has it: %s', async (_what, shape) => {
      let [sent, died] = [0, 0];
      const scenario = fc.record({ seed: fc.integer(), length: fc.integer({ min: 2, max: 25 }) });
      await fc.assert(
        fc.asyncProperty(scenario, async ({ seed, length }) => {
          const one = await endsRight(seed, length, shape);
          sent += one.sent;
          died += one.died;
        }),
        { numRuns },
      );
      // The histories contain what they are for.
      expect(sent).toBeGreaterThan(numRuns / 2);
      expect(died).toBeGreaterThan(numRuns / 20);
    });
  });
}
