import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { App } from './core-api.ts';
import { readJson } from './read-json.ts';

/** By name. The host leaves log lines to a worker with `WorkerOpenTelemetryEnabled`. */
export type Capabilities = Readonly<Record<string, string>>;

/** By hand: a schema's library would take longer to load than many an app, and each start pays for it. */
function readEntry(path: string): { readonly main: string; readonly type: unknown } {
  const { main, type } = (readJson(path) ?? {}) as { main?: unknown; type?: unknown };
  if (typeof main !== 'string' || main === '')
    throw new Error(`${path}: "main" should name the file, or the files, that the app consists of`);
  return { main, type };
}

/**
 * Loads every file that `main` of package.json names (a path or a glob), CommonJS by require and ES modules
 * by import, then runs the app's start hooks. Resolves with the capabilities that the app declares; throws
 * what the app throws.
 */
export async function loadApp(app: App, appDirectory: string): Promise<Capabilities> {
  const path = join(appDirectory, 'package.json');
  const { main, type } = readEntry(path);
  const files = existsSync(join(appDirectory, main)) ? [main] : globSync(main, { cwd: appDirectory });
  if (files.length === 0) throw new Error(`${path}: no file matches main "${main}". Was the app built?`);
  for (const file of files) {
    const entry = join(appDirectory, file);
    const isModule = extname(file) === '.mjs' || (extname(file) === '.js' && type === 'module');
    if (isModule) await import(pathToFileURL(entry).href);
    else createRequire(import.meta.url)(entry);
  }

  const context = { hookData: {}, appHookData: app.hookData, functionAppDirectory: appDirectory };
  for (const hook of app.hooks.appStart) await hook(context);

  const capabilities = (await app.programmingModel?.getCapabilities?.({})) ?? {};
  if (capabilities.HttpUri) throw new Error('enableHttpStream is not served by this stand-in: leave it off');
  app.started = true;
  return capabilities;
}
