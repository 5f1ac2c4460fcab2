import { describe, expect, test } from 'vitest';
import { interleave } from '../../bench/interleave.ts';
import { median, slope, spread, summarize } from '../../bench/statistics.ts';

describe('median', () => {
  test('is the middle one, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test('is the mean of the middle two', () => {
    expect(median([8, 1, 2, 100])).toBe(5);
  });

  test('of nothing is an error, not a figure', () => {
    expect(() => median([])).toThrow('no median');
  });

  test('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('spread', () => {
  test('is that of the middle half, as a share of the median', () => {
    expect(spread([10, 10, 10])).toBe(0);
    expect(spread([9, 10, 11, 10, 1_000])).toBeCloseTo(0.1, 12);
    expect(spread([8, 12])).toBeCloseTo(0.2, 12);
  });
});

describe('slope', () => {
  test('of points on a line is that of the line', () => {
    expect(slope([0, 1, 2, 3].map((x) => ({ x, y: 7 - 2 * x })))).toBeCloseTo(-2, 12);
  });

  test('lets noise that goes both ways cancel out', () => {
    const noise = [1, -1, -1, 1];
    expect(slope(noise.map((by, x) => ({ x, y: 3 * x + by })))).toBeCloseTo(3, 12);
  });

  test('of points at one place is an error', () => {
    expect(() =>
      slope([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toThrow('two or more places');
  });
});

test('the ratio is that of the rounds: a slow round of both sides does not move it', () => {
  const rounds = [
    { ours: 20, reference: 10 },
    { ours: 200, reference: 100 },
    { ours: 22, reference: 11 },
  ];
  expect(summarize(rounds)).toEqual({ ours: 22, reference: 11, ratio: 2, spread: 0 });
});

describe('interleave', () => {
  async function order(rounds: number, warmUps: number): Promise<{ calls: string[]; counted: number }> {
    const calls: string[] = [];
    const pairs = await interleave(
      rounds,
      (round) => calls.push(`ours ${round}`),
      (round) => calls.push(`reference ${round}`),
      warmUps,
    );
    return { calls, counted: pairs.length };
  }

  test('measures in turns, and who begins alternates', async () => {
    const { calls, counted } = await order(3, 0);
    expect(counted).toBe(3);
    expect(calls).toEqual(['ours 0', 'reference 0', 'reference 1', 'ours 1', 'ours 2', 'reference 2']);
  });

  test('does not count the warm-up, and numbers it below zero', async () => {
    const { calls, counted } = await order(1, 2);
    expect(counted).toBe(1);
    expect(calls.slice(0, 4).sort()).toEqual(['ours -1', 'ours -2', 'reference -1', 'reference -2']);
  });

  test('keeps each side with its own figures', async () => {
    const pairs = await interleave(
      4,
      () => 2,
      () => 5,
    );
    expect(pairs).toEqual(Array.from({ length: 4 }, () => ({ ours: 2, reference: 5 })));
  });
});
