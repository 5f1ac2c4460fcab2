import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildApp } from '../load/build-app.ts';
import { PROJECT } from '../load/system.ts';
import { atMost, type Scenario } from '../measurement.ts';
import { median, spread } from '../statistics.ts';

const LOADER = fileURLToPath(new URL('../processes/import-app.ts', import.meta.url));

/** What every Functions app on these two libraries has to load, and nothing else. */
const SMALLEST = `
import { app } from '@azure/functions';
import { Pool } from 'undici';
import { z } from 'zod';
app.serviceBusQueue('empty', { connection: 'ServiceBusConnection', queueName: 'empty', handler: async () => undefined });
export { Pool, z };
`;

/** The packages that the bundle and its parts hold, telemetry's left out, loaded as an unbundled app that imports them loads them. */
const PACKAGES = `
const { app } = require('@azure/functions');
for (const name of ['undici', 'zod', '@azure/service-bus', '@azure/storage-blob', '@azure/identity', '@grpc/grpc-js']) require(name);
app.serviceBusQueue('empty', { connection: 'ServiceBusConnection', queueName: 'empty', handler: async () => undefined });
`;

/** Enough for the app to load. Telemetry is off, as it is without a connection string for it. */
const SETTINGS = {
  ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=local;SharedAccessKey=local',
  ServiceBusQueueName: 'assignments',
  COR_API_KEY: 'key',
  COR_CLIENT_SECRET: 'secret',
  LedgerStorage: 'memory',
};

async function importTime(file: string): Promise<number> {
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [LOADER, file], {
    env: { PATH, ...SETTINGS },
    timeout: 20_000,
  });
  const { took, functions } = JSON.parse(stdout) as { took: number; functions: number };
  if (functions === 0) throw new Error(`${file} registered no function.`);
  return took;
}

export const scenario: Scenario = {
  limitSeconds: 90,
  async run(size) {
    const rounds = size === 'full' ? 7 : 3;
    const unbundled = await buildApp({ entryPoints: ['functions/index.ts'], packages: 'external' });
    const smallest = await buildApp({
      stdin: { contents: SMALLEST, loader: 'ts', resolveDir: PROJECT },
    });
    try {
      symlinkSync(join(PROJECT, 'node_modules'), join(unbundled.directory, 'node_modules'));
      const packages = join(unbundled.directory, 'packages.cjs');
      writeFileSync(packages, PACKAGES);
      const files = [join(PROJECT, 'dist/index.cjs'), packages, unbundled.main, smallest.main];
      const times: number[][] = files.map(() => []);
      // The first round brings the files into the system's cache.
      for (let round = -1; round < rounds; round += 1) {
        for (let turn = 0; turn < files.length; turn += 1) {
          const at = (round + 1 + turn) % files.length;
          const took = await importTime(files[at] as string);
          if (round >= 0) times[at]?.push(took);
        }
      }
      const [bundle, all, lazy, empty] = times as [number[], number[], number[], number[]];
      const against = (reference: number[]) => ({
        value: median(bundle),
        unit: 'ms',
        reference: median(reference),
        ratio: median(bundle) / median(reference),
        spread: spread(bundle.map((own, round) => own / (reference[round] as number))),
      });
      return {
        measurements: [
          {
            name: 'import of the bundle ÷ its packages unbundled',
            ...against(all),
            target: atMost(0.35),
          },
          {
            name: 'import of the bundle ÷ the same code unbundled, loading as late',
            ...against(lazy),
          },
          {
            name: 'import of the bundle ÷ a bundle of one empty function, undici and zod',
            ...against(empty),
            target: atMost(1.2),
          },
        ],
      };
    } finally {
      unbundled.remove();
      smallest.remove();
    }
  },
};
