import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { problemsOf, runSoak } from '../../bench/soak/run-soak.ts';
import { buildApp } from '../local/host/build-app.ts';

const APP = fileURLToPath(new URL('../integration/failures/hasty-connector.ts', import.meta.url));

/** A thousand messages of what `npm run soak` does with twenty thousand, in a hurry. */
test('while COR restarts twice and the broker connection drops once, every message is accounted for and COR is right', async ({
  onTestFinished,
}) => {
  const result = await runSoak({
    messages: 1_000,
    seed: 7,
    permanent: 0.01,
    transient: 0.05,
    corDownMs: 400,
    lockDurationMs: 2_000,
    unmappedGrace: '1s',
    patienceMs: 2_000,
    longestMs: 60_000,
    ledger: 'memory',
    directory: await buildApp({ code: `import ${JSON.stringify(APP)};` }, onTestFinished),
  });
  expect(problemsOf(result)).toEqual([]);
  expect(result.completed + result.deadLettered).toBe(1_000);
  // It was a soak, not a walk: things failed, and some messages were wrong.
  expect(result.retries).toBeGreaterThan(0);
  expect(result.pauses['COR cannot be reached']).toBeGreaterThan(0);
  expect(result.deadLettersByReason.NotJson).toBe(5);
}, 90_000);
