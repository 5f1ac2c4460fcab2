import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { PROJECT } from './system.ts';

export interface BuiltApp {
  readonly directory: string;
  readonly main: string;
  remove(): void;
}

/** Builds a Functions app of one bundle, with the options of the connector's own build, in a folder of its own. */
export async function buildApp(
  source: Pick<BuildOptions, 'entryPoints' | 'stdin' | 'packages'>,
  hostJson: object = {},
): Promise<BuiltApp> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-app-'));
  const main = join(directory, 'index.cjs');
  await build({
    ...source,
    absWorkingDir: PROJECT,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['@azure/functions-core'],
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
    // The connector's own build says where its files lie; what is measured here starts no thread.
    logOverride: { 'empty-import-meta': 'silent' },
    outfile: main,
  });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'app', main: 'index.cjs' }));
  writeFileSync(join(directory, 'host.json'), JSON.stringify({ version: '2.0', ...hostJson }));
  return { directory, main, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
