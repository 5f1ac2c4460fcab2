import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What .funcignore lets through, by git's own reading of such files. */
const REPOSITORY = resolve(import.meta.dirname, '../..');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcignore-'));
  execFileSync('git', ['init', '--quiet', folder]);
  copyFileSync(join(REPOSITORY, '.funcignore'), join(folder, '.gitignore'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those of the paths that would be sent. */
function sent(paths: readonly string[]): string[] {
  // Prints each path with the pattern that decided, empty where none did.
  const output = execFileSync(
    'git',
    ['check-ignore', '--no-index', '--verbose', '--non-matching', ...paths],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  return output
    .split('\n')
    .filter((line) => line !== '' && /^(::|[^:]*:\d+:!)/.test(line))
    .map((line) => line.split('\t')[1] ?? '');
}

test('what the app needs is sent', () => {
  const needed = ['host.json', 'package.json', 'mapping.json', 'dist/index.cjs', 'dist/credential.cjs'];
  expect(sent(needed)).toEqual(needed);
});

test.each([
  'local.settings.json',
  'letters/1.json',
  'ledger.jsonl',
  'document.json',
  '.env',
  '.azure/prod/.env',
  '.local/stack-1.json',
  'node_modules/zod/index.js',
  'node_modules/host.json',
  'dist/app.zip',
  'dist/index.cjs.map',
  'a-file-that-nobody-thought-of.json',
])('%s stays here', (path) => expect(sent(['host.json', path])).toEqual(['host.json']));

test('of the repository nothing goes but host.json and package.json', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: REPOSITORY, encoding: 'utf8' }).trim().split('\n');
  expect(tracked.length).toBeGreaterThan(200);
  expect(sent(tracked)).toEqual(['host.json', 'package.json']);
});

test('every file of the bundle goes', () => {
  const built = globSync('dist/*.cjs', { cwd: REPOSITORY }).sort();
  expect(built).toContain('dist/index.cjs');
  expect(sent(built)).toEqual(built);
  expect(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).toContain('"main": "dist/index.cjs"');
});
