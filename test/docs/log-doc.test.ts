import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SKIP_REASONS } from '../../src/dynamics/translation.ts';
import { code, readDoc, section, tableRows } from './documentation.ts';

const source = readFileSync(new URL('../../src/log.ts', import.meta.url), 'utf8');
const page = readDoc('log.md');

/** What stands in backticks in the first column of the table under a heading. */
const named = (heading: string): string[] =>
  tableRows(section(page, heading)).flatMap(([first = '']) => code(first));

const [, events = ''] = /type LogEvent =([^;]*);/.exec(source) ?? [];
const [, line = ''] = /interface LogLine \{([\s\S]*?)^\}/m.exec(source) ?? [];

test('the page has every event of the log, and no other', () => {
  const known = [...events.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
  expect(known.length).toBeGreaterThan(10);
  expect(named('## Events').sort()).toEqual(known.sort());
});

test('every event of the log is written somewhere', () => {
  const repository = join(import.meta.dirname, '../..');
  const app = globSync(['src/**/*.ts', 'functions/**/*.ts'], { cwd: repository })
    .map((file) => readFileSync(join(repository, file), 'utf8'))
    .join('\n');
  const known = [...events.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
  expect(known.filter((name) => !app.includes(`evt: '${name}'`))).toEqual([]);
});

test('the page has every field of a line, and no other', () => {
  const known = [...line.matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) => name);
  expect(known.length).toBeGreaterThan(20);
  expect(named('## Fields').sort()).toEqual(known.sort());
});

test('the page has every reason why there is nothing to do', () => {
  for (const reason of SKIP_REASONS) expect(page).toContain(`\`${reason}\``);
});
