import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

export interface AppSource {
  /** TypeScript of the entry point; `app` of `@azure/functions` is in scope. */
  readonly code: string;
  readonly hostJson?: object;
  readonly format?: 'cjs' | 'esm';
}

/** Builds a Functions app in one bundle, `@azure/functions-core` external as in the product, into a folder of its own. */
export async function buildApp(
  { code, hostJson = {}, format = 'cjs' }: AppSource,
  onEnd: (remove: () => void) => void = onTestFinished,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'functions-app-'));
  onEnd(() => rmSync(directory, { recursive: true, force: true }));
  const repository = resolve(import.meta.dirname, '../../..');
  const main = format === 'cjs' ? 'dist/index.cjs' : 'dist/index.mjs';
  await build({
    stdin: {
      contents: `import { app } from '@azure/functions';\n${code}`,
      loader: 'ts',
      // Bare and relative imports of an app under test resolve as they do for files of this repository.
      resolveDir: repository,
    },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format,
    // esbuild's ES modules cannot require, which the library does: there it stays outside the bundle.
    external: ['@azure/functions-core', ...(format === 'esm' ? ['@azure/functions'] : [])],
    outfile: join(directory, main),
    logLevel: 'silent',
  });
  if (format === 'esm') symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'app', main }));
  writeFileSync(join(directory, 'host.json'), JSON.stringify({ version: '2.0', ...hostJson }));
  return directory;
}
