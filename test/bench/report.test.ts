import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { atLeast, atMost, type Measurement, valueAtMost } from '../../bench/measurement.ts';
import { markdownTable, partOf, withPart } from '../../bench/report/document.ts';
import { notMeasured, type Result, toResult } from '../../bench/report/results.ts';
import { table } from '../../bench/report/table.ts';

const measured = (more: Partial<Measurement>): Measurement => ({
  name: 'a thing',
  value: 10,
  unit: 'ms',
  ...more,
});

describe('a result', () => {
  test.each([
    [atMost(2), 2, true],
    [atMost(2), 2.001, false],
    [atLeast(0.85), 0.85, true],
    [atLeast(0.85), 0.849, false],
  ])('with target %o and ratio %d is met: %s', (target, ratio, met) => {
    expect(toResult(measured({ reference: 5, ratio, target })).verdict).toBe(met ? 'met' : 'missed');
  });

  test('is judged before it is rounded for reading', () => {
    const result = toResult(measured({ ratio: 2.0004, target: atMost(2) }));
    expect(result).toMatchObject({ ratio: 2, verdict: 'missed' });
  });

  test('can be judged by its value, and says so in its unit', () => {
    expect(toResult(measured({ value: 21, ratio: 1, target: valueAtMost(20) }))).toMatchObject({
      target: '≤ 20 ms',
      verdict: 'missed',
    });
  });

  test('whose target lacks its ratio is missed, not met', () => {
    expect(toResult(measured({ target: atMost(2) })).verdict).toBe('missed');
    expect(toResult(measured({ ratio: Number.NaN, target: atLeast(1) })).verdict).toBe('missed');
  });

  test('without a target is neither met nor missed', () => {
    expect(toResult(measured({}))).toEqual({
      name: 'a thing',
      value: 10,
      unit: 'ms',
      reference: null,
      ratio: null,
    });
  });

  test('whose rounds lie far apart says nothing, whatever its median', () => {
    const noisy = { reference: 5, ratio: 1.5, target: atMost(2), spread: 0.21 };
    expect(toResult(measured(noisy))).toMatchObject({ value: null, ratio: null, verdict: 'inconclusive' });
    expect(toResult(measured({ ...noisy, spread: 0.2 }))).toMatchObject({ ratio: 1.5, verdict: 'met' });
  });

  test('says nothing on a machine that others kept busy, unless that cannot change it', () => {
    const one = { reference: 5, ratio: 3, target: atMost(2) };
    expect(toResult(measured(one), 1.16)).toMatchObject({ ratio: null, verdict: 'inconclusive' });
    expect(toResult(measured(one), 1.15)).toMatchObject({ ratio: 3, verdict: 'missed' });
    expect(toResult(measured({ ...one, steady: true }), 4)).toMatchObject({ ratio: 3, verdict: 'missed' });
    expect(toResult(measured({}), 4)).toMatchObject({ value: null, verdict: 'inconclusive' });
  });

  test.each([
    [1234.56, 1235],
    [123.456, 123],
    [0.123456, 0.123],
    [-0.0001, 0],
  ])('%d is written as %d', (value, written) => {
    expect(toResult(measured({ value })).value).toBe(written);
  });

  test('of a part that did not run has no figures, and is not met', () => {
    expect(notMeasured('burst')).toMatchObject({ value: null, ratio: null, verdict: 'notMeasured' });
  });
});

describe('the tables', () => {
  const results: Result[] = [
    toResult(measured({ name: 'fast enough', reference: 5, ratio: 2, target: atMost(2) })),
    toResult(measured({ name: 'too slow', reference: 4, ratio: 2.5, target: atMost(2) })),
    notMeasured('memory'),
  ];

  test('show every result with its target and whether it was met', () => {
    const lines = table(results).split('\n');
    expect(lines.find((line) => line.includes('fast enough'))).toMatch(/10 ms.*5.*2.*≤ 2.*yes/);
    expect(lines.find((line) => line.includes('too slow'))).toMatch(/2\.5.*≤ 2.*NO/);
    expect(lines.find((line) => line.includes('memory: not measured'))).toMatch(/–.*NOT/);
  });

  test('in the document have a row each, and as many cells in all of them', () => {
    const lines = markdownTable(results).split('\n');
    expect(lines).toHaveLength(2 + results.length);
    expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
  });
});

describe('the figures in a document', () => {
  const DOCUMENT =
    'Before\n\n<!-- Written by npm run bench: figures -->\nold\n<!-- end of figures -->\n\nAfter\n';

  test('are replaced, and nothing else is', () => {
    const changed = withPart(DOCUMENT, 'figures', 'new\nlines');
    expect(partOf(changed, 'figures')).toBe('new\nlines');
    expect(changed.replace('new\nlines', 'old')).toBe(DOCUMENT);
  });

  test('need their markers', () => {
    expect(() => withPart('nothing here', 'figures', 'new')).toThrow('lacks the lines');
  });
});

test('docs/performance.md shows what bench/results.json holds', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const { results } = JSON.parse(read('bench/results.json')) as { results: Result[] };
  expect(partOf(read('docs/performance.md'), 'figures').endsWith(`\n\n${markdownTable(results)}`)).toBe(true);
});
