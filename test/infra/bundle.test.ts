import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const LATE = readdirSync(DIST).filter((name) => name.endsWith('.cjs') && name !== 'index.cjs');

/** Where each part of a built file comes from: paths relative to `dist`, with `..` for the repository. */
function sourcesOf(name: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(join(DIST, `${name}.map`), 'utf8')) as { sources: string[] };
  return sources;
}

describe('the files beside the bundle', () => {
  const held = new Set(sourcesOf('index.cjs'));

  test.each(LATE)('%s holds no module of ours that index.cjs holds: its classes would be others', (name) => {
    const own = sourcesOf(name).filter((path) => path.startsWith('../src/'));
    expect(own.filter((path) => held.has(path))).toEqual([]);
  });

  test.each(LATE)('%s holds neither zod nor undici once more', (name) => {
    expect(sourcesOf(name).filter((path) => /^\.\.\/node_modules\/(zod|undici)\//.test(path))).toEqual([]);
  });
});
