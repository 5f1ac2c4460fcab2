import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/ledger/verdict.ts';
import type { Shape } from './dynamics.ts';
import {
  doesNotDependOnOrder,
  holdsWhatDynamicsHolds,
  isMendedByComparing,
  type Scenario,
  shapeOf,
  survivesARestoredEnvironment,
  survivesTheFirstSchema,
} from './histories.ts';

const scenario = fc.record({ seed: fc.integer(), length: fc.integer({ min: 2, max: 25 }) });

const LIVE_AGAIN = { restoresRows: true };
const WEEKS = { weeksPass: true };

const everywhere: [string, Shape][] = [
  ['one life of each row', shapeOf('numbers')],
  ['clocks that differ', shapeOf('skewed')],
  ['rows that live again', shapeOf('numbers', LIVE_AGAIN)],
  ['rows that live again, clocks that differ', shapeOf('skewed', LIVE_AGAIN)],
  ['weeks that pass, tombstones that are dropped', shapeOf('numbers', WEEKS)],
  ['all of it', shapeOf('skewed', { ...LIVE_AGAIN, ...WEEKS })],
];

const anySignals: [string, Shape][] = [
  ['numbers', shapeOf('numbers', { ...LIVE_AGAIN, ...WEEKS })],
  ['clocks that differ', shapeOf('skewed', { ...LIVE_AGAIN, ...WEEKS })],
  ['some images without a number', shapeOf('mixed', { ...LIVE_AGAIN, ...WEEKS })],
  ['no numbers', shapeOf('none', { ...LIVE_AGAIN, ...WEEKS })],
];

/** Every property of the documents, each by so many random histories. */
export function describeConvergence(numRuns: number): void {
  const always = (property: (one: Scenario) => void) =>
    fc.assert(fc.property(scenario, property), { numRuns });

  describe('documents after any history, in any order of arrival', { timeout: numRuns * 100 }, () => {
    it.each(everywhere)('hold what Dynamics holds where images have numbers: %s', (_what, shape) => {
      const seen: Partial<Record<Verdict, number>> = {};
      always((one) => {
        for (const [verdict, count] of Object.entries(holdsWhatDynamicsHolds(one, shape).verdicts))
          seen[verdict as Verdict] = (seen[verdict as Verdict] ?? 0) + count;
      });
      // The histories contain what they are for.
      for (const verdict of ['applied', 'repeated', 'old'] as const)
        expect(seen[verdict]).toBeGreaterThan(numRuns / 10);
      if (shape.weeksPass) expect(seen.doubtful).toBeGreaterThan(numRuns / 20);
      expect(seen.versionWentBack).toBe(0);
    });

    it.each([
      ['some images without a number', shapeOf('mixed')],
      ['no numbers', shapeOf('none')],
    ])('do not depend on that order: %s', (_what, shape) => {
      always((one) => doesNotDependOnOrder(one, shape));
    });

    it.each(anySignals)('are mended by comparing all rows: %s', (_what, shape) => {
      always((one) => isMendedByComparing(one, shape));
    });

    it.each(everywhere.slice(0, 2))('that an older app saved in between: %s', (_what, shape) => {
      always((one) => survivesTheFirstSchema(one, shape));
    });

    it.each(everywhere.slice(0, 4))(
      'of an environment that is restored from a backup: %s',
      (_what, shape) => {
        let wentBack = 0;
        always((one) => {
          wentBack += survivesARestoredEnvironment(one, shape).verdicts.versionWentBack;
        });
        expect(wentBack).toBeGreaterThan(numRuns / 10);
      },
    );
  });
}
