import fc from 'fast-check';
import { it } from 'vitest';
import { expectNotHeldUp } from './model/lost-workspace.ts';
import { scenario } from './model/scenario.ts';
import { expectSettled } from './model/settled.ts';

it('20,000 random histories end with every message settled and COR equal to what the history says', async () => {
  await fc.assert(fc.asyncProperty(scenario, expectSettled), { numRuns: 20_000 });
}, 1_200_000);

it('5,000 random histories are not held up by a workspace that COR loses in between', async () => {
  await fc.assert(fc.asyncProperty(scenario, expectNotHeldUp), { numRuns: 5_000 });
}, 1_200_000);
