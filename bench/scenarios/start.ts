import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { distinctUsers } from '../load/distinct-users.ts';
import { PROJECT, startSystem } from '../load/system.ts';
import { type Scenario, valueAtMost } from '../measurement.ts';
import { median, spread } from '../statistics.ts';

const MEGABYTE = 1_000_000;

/** Megabytes of the zip that is deployed, made as it is for a deployment. */
async function zipSize(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-zip-'));
  const zip = join(directory, 'app.zip');
  try {
    const script = join(PROJECT, 'infra/package/package.ts');
    await promisify(execFile)(process.execPath, [script, '--out', zip], { cwd: PROJECT, timeout: 60_000 });
    return statSync(zip).size / MEGABYTE;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Milliseconds from the moment in which an app is loaded until its first message has ended: sent, handled and completed. The sender
 * connects in that time, too.
 */
async function firstMessage(): Promise<number> {
  const system = await startSystem(['app']);
  try {
    const nextUsers = distinctUsers(9);
    const app = await system.startApp({ queue: 'app' });
    const startedAt = performance.now();
    await system.drain('app', nextUsers(1));
    const took = performance.now() - startedAt;
    await app.stop();
    return took;
  } finally {
    await system.stop();
  }
}

export const scenario: Scenario = {
  limitSeconds: 120,
  async run(size) {
    const rounds = size === 'full' ? 7 : 2;
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await firstMessage());
    return {
      measurements: [
        {
          name: 'first message of a fresh app, COR without latency: sent, handled and completed',
          value: median(times),
          unit: 'ms',
          spread: spread(times),
          target: valueAtMost(250),
        },
        {
          name: 'size of the zip that is deployed',
          value: await zipSize(),
          unit: 'MB',
          steady: true,
          target: valueAtMost(1.8),
        },
      ],
    };
  },
};
