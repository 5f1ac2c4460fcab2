import { createRequire } from 'node:module';
import { createApp, provideCoreApi } from '../../local/host/core-api.ts';

/**
 * Loads the file that the first argument names as the Functions worker does, in this fresh process, and writes the milliseconds it took
 * and the number of functions that it registered.
 */
const [, , file = ''] = process.argv;
const app = createApp();
provideCoreApi(app, () => undefined);
const require = createRequire(import.meta.url);
const startedAt = performance.now();
require(file);
const took = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ took, functions: app.functions.size }));
process.exit();
