import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { code, section, tableRows } from './documentation.ts';

const PROJECT = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(PROJECT, name), 'utf8');

test('the README is one that is read: at most 120 lines, and every page it names is there', () => {
  const readme = read('README.md');
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  const pages = [...readme.matchAll(/\]\(([\w/.-]+\.md)/g)].map(([, path = '']) => path);
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  expect(readme).toContain('](https://projectcor.com)');
});

test('CONTRIBUTING says why of each production dependency', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const [_titles, ...rows] = tableRows(section(read('CONTRIBUTING.md'), '## Production dependencies'));
  expect(rows.flatMap(([packages = '']) => code(packages)).sort()).toEqual(Object.keys(dependencies).sort());
});

test('CONTRIBUTING leads to files that are there', () => {
  const paths = code(section(read('CONTRIBUTING.md'), "## Finding one's way")).filter((path) =>
    /^(src|cli|local|test|functions)\/[\w/.-]+$/.test(path),
  );
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});

/** A paragraph is one line: no hand-made wraps, which every edit breaks. */
function wrapped(markdown: string): string[] {
  const withoutCode = markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '```');
  const isText = (line: string) => line.trim() !== '' && !/^\s*([-*] |\d+\. |#|\||```|<|>)/.test(line);
  const goesOn = (line: string) => line.trim() !== '' && !/^\s*(#|\||```|<)/.test(line);
  const lines = withoutCode.split('\n');
  return lines.filter((line, index) => isText(line) && goesOn(lines[index - 1] ?? ''));
}

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...[
    'commands',
    'dataverse',
    'deploy',
    'failures',
    'how-it-works',
    'log',
    'mapping',
    'performance',
    'runbook',
    'settings',
  ].map((name) => `docs/${name}.md`),
])('%s has one line a paragraph', (path) => expect(wrapped(read(path))).toEqual([]));
