import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { code, readDoc, section, tableRows } from './documentation.ts';

test('the page has every metric, and no other', () => {
  const source = readFileSync(new URL('../../src/telemetry/metrics.ts', import.meta.url), 'utf8');
  const created = [...source.matchAll(/'(cor_connector\.[\w.]+)'/g)].map(([, name = '']) => name);
  const rows = tableRows(section(readDoc('settings.md'), '## Telemetry'));
  expect(created.length).toBeGreaterThan(4);
  expect(rows.flatMap(([first = '']) => code(first)).sort()).toEqual(created.sort());
});
