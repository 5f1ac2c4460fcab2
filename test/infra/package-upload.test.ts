import { readFileSync } from 'node:fs';
import { matchesGlob, resolve } from 'node:path';
import { expect, test } from 'vitest';

/**
 * What `azd deploy` sends to be built in Azure: everything that .funcignore does not name. The folder was copied so and built once by hand;
 * these tests see to it that it stays buildable.
 */
const REPOSITORY = resolve(import.meta.dirname, '../..');

function lines(file: string): string[] {
  const all = readFileSync(resolve(REPOSITORY, file), 'utf8').split('\n');
  return all
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const ignored = lines('.funcignore');
const isIgnored = (name: string) => ignored.some((pattern) => matchesGlob(name, pattern));

test.each([
  'functions',
  'src',
  'cli',
  'local',
  'host.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
])('%s is sent: the build needs it', (name) => expect(isIgnored(name)).toBe(false));

test.each([
  'local.settings.json',
  '.azure',
  'node_modules',
  'infra',
  'test',
  'index.cjs.map',
  'app.zip',
  '.gitignore',
])('%s is not', (name) => expect(isIgnored(name)).toBe(true));

test('what git does not keep is not sent either, but for the bundle', () => {
  expect(lines('.gitignore').filter((pattern) => !ignored.includes(pattern) && !isIgnored(pattern))).toEqual([
    'dist',
  ]);
});
