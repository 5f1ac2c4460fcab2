import { describe, expect, it } from 'vitest';
import { assignmentsOf } from '../../local/histories/day-by-day.ts';
import type { Allocation } from '../../src/dynamics/assignment-change.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { nextChange } from '../../src/ledger/next-change.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { today } from '../../src/ledger/today.ts';

const RULE = percentageSchema.parse({});

function on(day: string, allocations: readonly Allocation[], rule = RULE) {
  const rows = allocations.map((allocation) => ({ workspace: 'w', allocation }));
  return percentagesOn(assignmentsOf(rows), rule, day).get('w');
}

function next(day: string, allocations: readonly Allocation[], rule = RULE): string {
  return nextChange(
    assignmentsOf(allocations.map((allocation) => ({ workspace: 'w', allocation }))),
    rule,
    day,
  );
}

// 2026-03-02 is a Monday.
const MARCH = { start: '2026-03-02', finish: '2026-03-31' };

describe('the percentage of a workspace this week', () => {
  it('is not diluted by finished work', () => {
    const old = { hours: 40, start: '2024-01-08', finish: '2024-01-12' };
    const week = { hours: 40, start: '2026-03-02', finish: '2026-03-06' };
    expect(on('2026-03-04', [old, week])).toEqual({ percentage: 100 });
  });

  it.each<[string, Allocation[], number]>([
    ['hours, as far as they fall into it', [{ hours: 40, start: '2026-03-02', finish: '2026-03-13' }], 50],
    ['hours of a weekend, on its first day', [{ hours: 4, start: '2026-03-07', finish: '2026-03-08' }], 10],
    ['a third, rounded down', [{ hours: 40, start: '2026-03-02', finish: '2026-03-20' }], 33.33],
    ['two thirds, rounded down', [{ hours: 80, start: '2026-03-02', finish: '2026-03-20' }], 66.66],
    ['a fixed percentage without dates', [{ percentage: 12.5 }], 12.5],
    ['a fixed percentage on the working days that it covers', [{ percentage: 50, start: '2026-03-05' }], 20],
    ['one that ends on Monday', [{ percentage: 50, finish: '2026-03-02' }], 10],
    ['one of a weekend', [{ percentage: 50, start: '2026-03-07', finish: '2026-03-08' }], 0],
    [
      'all of them together',
      [
        { percentage: 10 },
        { percentage: 20, ...MARCH },
        { hours: 8, start: '2026-03-04', finish: '2026-03-04' },
      ],
      50,
    ],
    [
      'binary fractions a hair below their sum',
      [{ percentage: 0.1 }, { percentage: 0.7 }, { percentage: 0.2 }],
      1,
    ],
  ])('counts %s', (_what, allocations, expected) => {
    expect(on('2026-03-04', allocations)?.percentage).toBe(expected);
  });

  it('is capped at 100, and says what it would have been', () => {
    expect(on('2026-03-04', [{ hours: 90, start: '2026-03-02', finish: '2026-03-06' }])).toEqual({
      percentage: 100,
      uncapped: 225,
    });
  });

  it('looks as many weeks ahead as the rule says', () => {
    const later = [{ hours: 40, start: '2026-03-09', finish: '2026-03-13' }];
    expect(on('2026-03-04', later)).toEqual({ percentage: 0, whyZero: 'later' });
    expect(on('2026-03-04', later, { ...RULE, window: { weeks: 2 } })).toEqual({ percentage: 50 });
  });

  it('does without holidays and days off', () => {
    const row = [{ hours: 16, start: '2026-03-02', finish: '2026-03-06' }];
    const rule = percentageSchema.parse({
      holidays: ['2026-03-02', '2026-03-03'],
      workingDays: ['monday', 'tuesday', 'wednesday', 'thursday'],
    });
    expect(on('2026-03-04', row, rule)?.percentage).toBe(100);
  });

  it('counts a week of holidays as one day', () => {
    const rule = percentageSchema.parse({
      holidays: ['2026-12-21', '2026-12-22', '2026-12-23', '2026-12-24', '2026-12-25'],
    });
    const long = { hours: 80, start: '2026-12-14', finish: '2027-01-01' };
    expect(on('2026-12-18', [long], rule)?.percentage).toBe(100);
    expect(on('2026-12-23', [long], rule)).toEqual({ percentage: 0, whyZero: 'noWork' });
    expect(on('2026-12-28', [long], rule)?.percentage).toBe(100);
    expect(on('2026-12-23', [{ percentage: 30, start: '2026-01-01' }], rule)?.percentage).toBe(30);
    expect(
      on('2026-12-23', [{ hours: 4, start: '2026-12-23', finish: '2026-12-23' }], rule)?.percentage,
    ).toBe(50);
  });

  it('is the same every Monday of a long, even plan, and only then 0', () => {
    const plan = [{ hours: 52 * 20, start: '2026-01-05', finish: '2027-01-03' }];
    const seen = new Set<number | undefined>();
    for (let week = 0; week < 52; week += 1) {
      const monday = new Date(Date.UTC(2026, 0, 5 + 7 * week)).toISOString().slice(0, 10);
      seen.add(on(monday, plan)?.percentage);
    }
    expect([...seen]).toEqual([50]);
    expect(on('2025-12-29', plan)).toEqual({ percentage: 0, whyZero: 'later' });
    expect(on('2027-01-04', plan)).toEqual({ percentage: 0, whyZero: 'finished' });
  });

  it('says why it is 0, and is then what the rule wants at least', () => {
    const rule = percentageSchema.parse({ atLeast: 1, decimals: 0 });
    expect(on('2026-03-04', [{ hours: 0.1, start: '2026-03-04', finish: '2026-03-04' }], rule)).toEqual({
      percentage: 1,
      whyZero: 'roundedDown',
    });
    expect(on('2026-03-04', [{ percentage: 0 }], rule)).toEqual({ percentage: 1, whyZero: 'noWork' });
    expect(on('2026-03-04', [{ percentage: 30 }], rule)).toEqual({ percentage: 30 });
  });
});

describe('a workspace is attached', () => {
  it('from the moment work is planned until 30 days after it should be finished', () => {
    const row = [{ hours: 40, ...MARCH }];
    expect(on('2020-01-01', row)).toMatchObject({ percentage: 0 });
    expect(on('2026-04-30', row)).toEqual({ percentage: 0, whyZero: 'finished' });
    expect(on('2026-05-01', row)).toBeUndefined();
  });

  it('to the day that keepAfter says, for hours and for fixed percentages', () => {
    for (const allocation of [
      { hours: 40, ...MARCH },
      { percentage: 40, ...MARCH },
    ]) {
      expect(on('2026-03-31', [allocation], { ...RULE, keepAfter: 0 })).toBeDefined();
      expect(on('2026-04-01', [allocation], { ...RULE, keepAfter: 0 })).toBeUndefined();
      expect(on('2026-04-01', [allocation], { ...RULE, keepAfter: 1 })).toBeDefined();
    }
  });

  it('for ever by a row without a finish', () => {
    expect(on('2999-01-01', [{ percentage: 10 }, { percentage: 20, start: '2026-03-02' }])?.percentage).toBe(
      30,
    );
  });
});

describe('the next day on which something may change', () => {
  it.each<[string, Allocation[], string]>([
    ['nothing that has dates', [{ percentage: 10 }], 'never'],
    ['work of this week', [{ hours: 8, start: '2026-03-02', finish: '2026-03-06' }], '2026-03-09'],
    ['work of a later week', [{ hours: 8, start: '2026-05-06', finish: '2026-05-08' }], '2026-05-04'],
    ['finished work', [{ hours: 8, start: '2026-02-02', finish: '2026-02-06' }], '2026-03-09'],
    ['work that is long gone', [{ hours: 8, start: '2024-02-02', finish: '2024-02-06' }], 'never'],
    [
      'a fixed percentage for the year',
      [{ percentage: 10, start: '2026-01-01', finish: '2026-12-31' }],
      '2026-12-28',
    ],
    ['a fixed percentage that has begun', [{ percentage: 10, start: '2026-01-01' }], 'never'],
    [
      'the earliest of several',
      [
        { percentage: 10, start: '2026-06-01' },
        { percentage: 10, start: '2026-04-01' },
      ],
      '2026-03-30',
    ],
    ['the last day of all', [{ hours: 8, start: '9999-12-31', finish: '9999-12-31' }], '9999-12-27'],
  ])('for %s', (_what, allocations, expected) => {
    expect(next('2026-03-04', allocations)).toBe(expected);
  });

  it('is the day of detaching, also in the middle of a week', () => {
    expect(
      next('2026-03-04', [{ hours: 8, ...MARCH, finish: '2026-03-05' }], { ...RULE, keepAfter: 0 }),
    ).toBe('2026-03-06');
  });

  it('comes earlier with a longer window', () => {
    const later = [{ hours: 8, start: '2026-05-06', finish: '2026-05-08' }];
    expect(next('2026-03-04', later, { ...RULE, window: { weeks: 4 } })).toBe('2026-04-13');
  });

  it('never comes when the whole span counts', () => {
    expect(next('2026-03-04', [{ hours: 8, ...MARCH }], { ...RULE, window: 'always' })).toBe('never');
  });
});

it('today is the day in the zone of the mapping', () => {
  const now = Date.parse('2026-03-04T23:30:00Z');
  expect(today(RULE, now)).toBe('2026-03-04');
  expect(today({ ...RULE, timeZone: 'Europe/Madrid' }, now)).toBe('2026-03-05');
  expect(() => today(RULE, Number.MAX_SAFE_INTEGER)).toThrow(RangeError);
});
