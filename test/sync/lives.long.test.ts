import fc from 'fast-check';
import { it } from 'vitest';
import { expectBothLives } from './model/both-lives.ts';
import { scenario } from './model/scenario.ts';

it.each([
  ['clocks that agree', false],
  ['clocks that differ by minutes', true],
])(
  'rows that live twice end as the highest number says: %s',
  async (_what, clocksDiffer) => {
    await fc.assert(
      fc.asyncProperty(scenario, (one) => expectBothLives(one, clocksDiffer)),
      { numRuns: 3_000 },
    );
  },
  1_200_000,
);
