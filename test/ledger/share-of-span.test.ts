import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plusDays, assignmentsOf as rowsOf } from '../../local/histories/day-by-day.ts';
import type { Allocation } from '../../src/dynamics/assignment-change.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import type { LedgerEntry } from '../../src/ledger/document.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { plans } from './random-plan.ts';

type Assignments = Readonly<Record<string, LedgerEntry>>;

const RULE = percentageSchema.parse({ window: 'always' });

function assignmentsOf(...allocations: Allocation[]): Assignments {
  const entries = allocations.map((allocation, index): [string, LedgerEntry] => [
    `r${index}`,
    { state: 'assigned', workspace: 'w', allocation, version: { sequence: index } },
  ]);
  return Object.fromEntries(entries);
}

const percentageOf = (assignments: Assignments, rule = RULE) =>
  percentagesOn(assignments, rule, '2026-03-04').get('w')?.percentage;

describe('the percentage of a workspace over the whole span', () => {
  it.each<[string, Allocation[], number]>([
    ['one fixed percentage', [{ percentage: 12.5 }], 12.5],
    ['fixed percentages added up', [{ percentage: 12.5 }, { percentage: 30 }], 42.5],
    ['half of one week', [{ hours: 20, start: '2026-03-02', finish: '2026-03-06' }], 50],
    [
      'two tasks over their joint span',
      [
        { hours: 20, start: '2026-03-02', finish: '2026-03-06' },
        { hours: 20, start: '2026-03-09', finish: '2026-03-13' },
      ],
      50,
    ],
    ['fixed and hours', [{ percentage: 10 }, { hours: 8, start: '2026-03-02', finish: '2026-03-06' }], 30],
    ['a third, rounded', [{ hours: 8, start: '2026-03-02', finish: '2026-03-04' }], 33.33],
    ['one day', [{ hours: 2, start: '2026-03-02', finish: '2026-03-02' }], 25],
    ['hours on a weekend, as one working day', [{ hours: 4, start: '2026-03-07', finish: '2026-03-08' }], 50],
    [
      'a span that starts on a Sunday and ends on a Saturday',
      [{ hours: 8, start: '2026-03-01', finish: '2026-03-14' }],
      10,
    ],
    ['no hours at all', [{ hours: 0, start: '2026-03-02', finish: '2026-03-06' }], 0],
    ['a leap day', [{ hours: 8, start: '2028-02-28', finish: '2028-03-01' }], 33.33],
    ['a sum that binary fractions hold a hair too small', [{ percentage: 1.005 }], 1.01],
  ])('%s', (_what, allocations, expected) => {
    expect(percentageOf(assignmentsOf(...allocations))).toBe(expected);
  });

  it('is capped at 100, and says what it would have been', () => {
    const capped = percentagesOn(
      assignmentsOf({ percentage: 80 }, { percentage: 45.5 }),
      RULE,
      '2026-03-04',
    ).get('w');
    expect(capped).toEqual({ percentage: 100, uncapped: 125.5 });
  });

  it('does not depend on the order in which the rows became known', () => {
    // Added from the left these make 56.875, and in the other order a hair less.
    const shares = { r1: 12.764, r2: 18.15, r3: 6.776, r4: 19.185 };
    const known = (...records: (keyof typeof shares)[]): Assignments =>
      Object.fromEntries(
        records.map((record): [string, LedgerEntry] => [
          record,
          {
            state: 'assigned',
            workspace: 'w',
            allocation: { percentage: shares[record] },
            version: { sequence: 1 },
          },
        ]),
      );
    expect(percentageOf(known('r2', 'r4', 'r1', 'r3'))).toBe(percentageOf(known('r1', 'r2', 'r3', 'r4')));
  });

  it('follows the rule of the mapping', () => {
    const document = assignmentsOf({ hours: 10, start: '2026-03-02', finish: '2026-03-04' });
    expect(percentageOf(document, { ...RULE, hoursPerDay: 7.5, decimals: 0 })).toBe(44);
    expect(percentageOf(document, { ...RULE, hoursPerDay: 7.5, decimals: 1 })).toBe(44.4);
  });

  it('leaves out rows that were removed or deleted', () => {
    const gone: Assignments = {
      a: { state: 'removed', version: { sequence: 1 }, day: '2026-03-04' },
      b: { state: 'deleted', version: { sequence: 2 }, day: '2026-03-04' },
    };
    expect(percentagesOn(gone, RULE, '2026-03-04').size).toBe(0);
  });

  it('counts the Mondays to Fridays of any span as a calendar does', () => {
    const day = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 900 }), (from, length) => {
        const iso = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
        let counted = 0;
        for (let at = from; at <= from + length; at += 1)
          if (![0, 6].includes(new Date(at * 86_400_000).getUTCDay())) counted += 1;
        const hours = Math.max(1, counted) * 8;
        expect(percentageOf(assignmentsOf({ hours, start: iso(from), finish: iso(from + length) }))).toBe(
          100,
        );
        expect(
          percentageOf(assignmentsOf({ hours: hours / 2, start: iso(from), finish: iso(from + length) })),
        ).toBe(50);
      }),
    );
  });

  it('is, to the digit, what one comes to who adds up row by row in the order of their ids', () => {
    fc.assert(
      fc.property(plans, fc.constantFrom(0 as const, 1 as const, 2 as const), (rows, decimals) => {
        const expected = new Map<string, number>();
        for (const workspace of new Set(rows.map((row) => row.workspace))) {
          const own = rows.flatMap((row) => (row.workspace === workspace ? [row.allocation] : []));
          const timed = own.flatMap((one) => ('hours' in one ? [one] : []));
          const fixed = own.reduce((sum, one) => sum + ('percentage' in one ? one.percentage : 0), 0);
          const hours = timed.reduce((sum, one) => sum + one.hours, 0);
          const first = timed.map(({ start }) => start).sort()[0] ?? '';
          const last =
            timed
              .map(({ finish }) => finish)
              .sort()
              .at(-1) ?? '';
          let days = 0;
          for (let day = first; hours > 0 && day <= last; day = plusDays(day, 1))
            if (![0, 6].includes(new Date(day).getUTCDay())) days += 1;
          const sum = fixed + (100 * hours) / (Math.max(1, days) * 8);
          const scale = 10 ** decimals;
          const rounded = Math.round(sum * scale * (1 + Number.EPSILON)) / scale;
          expected.set(workspace, Math.min(100, rounded));
        }
        const found = percentagesOn(rowsOf(rows), { ...RULE, decimals }, '2026-03-04');
        expect(new Map([...found].map(([id, { percentage }]) => [id, percentage]))).toEqual(expected);
      }),
    );
  });
});
