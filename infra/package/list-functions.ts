import { createApp, provideCoreApi } from '../../local/host/core-api.ts';
import { loadApp } from '../../local/host/load-app.ts';

/**
 * A process of its own, because one process loads one app: `node list-functions.ts FOLDER` loads the app in the folder as the Functions
 * worker does, settings in the environment, and prints the functions that it registers as one line of JSON.
 */
const [, , folder] = process.argv;
if (!folder) throw new Error('Say the folder of the app.');

process.chdir(folder);
const app = createApp();
provideCoreApi(app, () => undefined);
try {
  await loadApp(app, folder);
  if (app.functions.size === 0) throw new Error('The app registered no functions.');
  const functions = [...app.functions.values()].map(({ metadata }) => metadata);
  // What the app keeps open (agents, timers) would keep this process alive.
  process.stdout.write(`${JSON.stringify(functions)}\n`, () => process.exit(0));
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`, () => process.exit(1));
}
