import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Messages of others that may lie beside a checkout; without them their test is not collected.
const hasSamples = existsSync(new URL('../shared/samples/', import.meta.url));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.long.test.ts', ...(hasSamples ? [] : ['test/samples.test.ts'])],
    // A first-run AMQP link or an Azurite start needs more than the default on a loaded two-core machine.
    testTimeout: 20_000,
    // Tests over real sockets wait for time; on a shared machine of CI one that runs out of it is tried again, and the log shows that.
    retry: process.env.CI ? 2 : 0,
    hookTimeout: 30_000,
    // Many tests wait for sockets and processes more than they compute: both cores, and no new worker for every file.
    maxWorkers: 2,
    isolate: false,
    // Tests start some hundred processes of the same files: what one has compiled the others find here.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url)) },
  },
});
