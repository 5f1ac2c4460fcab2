import { describe, expect, test } from 'vitest';
import { decades, ratePlot } from '../../bench/report/plot.ts';

const POINTS = [
  { concurrency: 16, rate: 100, ideal: 107 },
  { concurrency: 1, rate: 6.5, ideal: 6.7 },
  { concurrency: 256, rate: 1200, ideal: 1707 },
];

function lines(svg: string): [number, number][][] {
  return [...svg.matchAll(/<polyline points="([^"]+)"/g)].map((found) =>
    (found[1] ?? '').split(' ').map((pair) => pair.split(',').map(Number) as [number, number]),
  );
}

describe('the plot', () => {
  const svg = ratePlot(POINTS, 'A title');
  const [ideal = [], measured = []] = lines(svg);

  test('is one well-formed picture with its title', () => {
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
    expect(svg).toContain('<title>A title</title>');
    for (const [element] of svg.matchAll(/<(polyline|circle|line)\b[^>]*>/g)) expect(element).toMatch(/\/>$/);
  });

  test('draws the points from left to right, whatever their order', () => {
    const xs = measured.map(([x]) => x);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(xs).toHaveLength(POINTS.length);
  });

  test('gives equal factors equal lengths', () => {
    const [first = 0, middle = 0, last = 0] = measured.map(([x]) => x);
    expect(middle - first).toBeCloseTo(last - middle, 0);
  });

  test('puts less than the ideal below it, and all of it into the picture', () => {
    for (const [at, [x, y]] of measured.entries()) {
      const [idealX, idealY] = ideal[at] ?? [0, 0];
      expect(x).toBe(idealX);
      // Downwards is more in SVG.
      expect(y).toBeGreaterThan(idealY);
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(640);
      expect(y).toBeLessThan(400);
      expect(idealY).toBeGreaterThan(0);
    }
  });

  test('of a single point is an error', () => {
    expect(() => ratePlot(POINTS.slice(0, 1), 'A title')).toThrow('two or more points');
  });
});

describe('the decades of an axis', () => {
  test.each([
    [
      [6.7, 1700],
      [1, 10, 100, 1000, 10_000],
    ],
    [
      [10, 100],
      [10, 100],
    ],
    [
      [20, 30],
      [10, 100],
    ],
    [[10], [10, 100]],
  ])('for %j are %j', (values, expected) => {
    expect(decades(values)).toEqual(expected);
  });
});
