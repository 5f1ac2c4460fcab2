import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { code, readDoc, section, tableRows } from './documentation.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const page = readDoc('how-it-works.md').replace(/^```[\s\S]*?^```$/gm, '');

describe('docs/how-it-works.md', () => {
  test('names only files and folders that are there', () => {
    const paths = code(page).filter((text) => /^(?:src|functions|cli|local|test)\//.test(text));
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });

  test('has every folder of src/ in its table', () => {
    const folders = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`);
    const rows = tableRows(section(page, '## Rooms')).flatMap(([first = '']) => code(first));
    expect(rows.filter((name) => name.startsWith('src/')).sort()).toEqual(folders.sort());
  });

  test('names the test that holds each rule', () => {
    const rules = section(page, '## Rules that keep it correct')
      .split('\n')
      .filter((line) => line.startsWith('**'));
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.filter((rule) => !/`test\/\S+\.test\.ts`$/.test(rule))).toEqual([]);
  });
});
