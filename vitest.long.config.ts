import { defineConfig } from 'vitest/config';
import short from './vitest.config.ts';

/** What takes too long for every change: soak, long model runs, series of kills, browser and terminal tests. */
export default defineConfig({
  ...short,
  test: { ...short.test, include: ['test/**/*.long.test.ts'], exclude: [], testTimeout: 600_000 },
});
