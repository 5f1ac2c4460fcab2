import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A first-run AMQP link or an Azurite start needs more than the default on a loaded two-core machine.
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
