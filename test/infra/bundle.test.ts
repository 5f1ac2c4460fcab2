import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const FILES = readdirSync(DIST).filter((name) => name.endsWith('.cjs'));
const OTHERS = FILES.filter((name) => name !== 'common.cjs');

/** Where each part of a built file comes from: paths relative to `dist`, with `..` for the repository. */
function sourcesOf(name: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(join(DIST, `${name}.map`), 'utf8')) as { sources: string[] };
  return sources;
}

/** What a file requires, and what that requires. */
function requiredBy(name: string, found = new Set<string>()): Set<string> {
  for (const [, other = ''] of readFileSync(join(DIST, name), 'utf8').matchAll(
    /require\(["']\.\/([\w-]+\.cjs)["']\)/g,
  ))
    if (!found.has(other)) requiredBy(other, found.add(other));
  return found;
}

describe('the files beside common.cjs', () => {
  const held = new Set(sourcesOf('common.cjs'));

  test('a thread loads nothing that registers functions', () => {
    const required = requiredBy('run-thread.cjs');
    expect(required).toContain('common.cjs');
    expect(required).not.toContain('index.cjs');
  });

  test.each(OTHERS)('%s holds no module of ours that is common: its classes would be others', (name) => {
    const own = sourcesOf(name).filter((path) => path.startsWith('../src/'));
    expect(own.filter((path) => held.has(path))).toEqual([]);
  });

  test.each(OTHERS)('%s holds neither zod nor undici once more', (name) => {
    expect(sourcesOf(name).filter((path) => /^\.\.\/node_modules\/(zod|undici)\//.test(path))).toEqual([]);
  });
});
