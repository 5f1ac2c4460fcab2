import { expect, test } from 'vitest';
import { problemsOf, runSoak } from '../../bench/soak/run-soak.ts';

test('twenty thousand messages: COR restarts twice, the broker connection drops, and everything is accounted for', async () => {
  const result = await runSoak({
    messages: 20_000,
    seed: 1,
    permanent: 0.01,
    transient: 0.05,
    corDownMs: 4_000,
    lockDurationMs: 30_000,
    unmappedGrace: '15s',
    patienceMs: 45_000,
    longestMs: 9 * 60_000,
  });
  expect(problemsOf(result)).toEqual([]);
  expect(result.completed + result.deadLettered).toBe(20_000);
});
