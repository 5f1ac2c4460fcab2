import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { App } from './core-api.ts';

/** By name. The host leaves log lines to a worker with `WorkerOpenTelemetryEnabled`. */
export type Capabilities = Readonly<Record<string, string>>;

const packageJson = z.object({ main: z.string().min(1), type: z.enum(['module', 'commonjs']).optional() });

/**
 * Loads every file that `main` of package.json names (a path or a glob), CommonJS by require and ES modules by import, then runs the
 * app's start hooks. Resolves with the capabilities that the app declares. Unlike the real worker, which logs a broken entry point and
 * carries on with no functions, it throws.
 */
export async function loadApp(app: App, appDirectory: string): Promise<Capabilities> {
  const path = join(appDirectory, 'package.json');
  const parsed = packageJson.safeParse(readJson(path));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  const { main, type } = parsed.data;

  const files = existsSync(join(appDirectory, main)) ? [main] : globSync(main, { cwd: appDirectory });
  if (files.length === 0) throw new Error(`${path}: no file matches main "${main}". Was the app built?`);
  for (const file of files) {
    const entry = join(appDirectory, file);
    const isModule = extname(file) === '.mjs' || (extname(file) === '.js' && type === 'module');
    if (isModule) await import(pathToFileURL(entry).href);
    else createRequire(import.meta.url)(entry);
  }

  if (app.functions.size === 0) throw new Error(`${join(appDirectory, main)} registered no functions`);
  const context = { hookData: {}, appHookData: app.hookData, functionAppDirectory: appDirectory };
  for (const hook of app.hooks.appStart) await hook(context);

  const capabilities = (await app.programmingModel?.getCapabilities?.({})) ?? {};
  if (capabilities.HttpUri) throw new Error('enableHttpStream is not served by this stand-in: leave it off');
  app.started = true;
  return capabilities;
}

/** Throws with the path when the file is missing or is not JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
