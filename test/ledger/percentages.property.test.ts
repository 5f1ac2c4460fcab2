import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUpDayByDay,
  assignmentsOf,
  type PlanRow,
  plusDays,
  type WeekRule,
  weekRule,
} from '../../local/histories/day-by-day.ts';
import { nextChange } from '../../src/ledger/next-change.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { days, plans, rules } from './random-plan.ts';

function numbers(rows: readonly PlanRow[], rule: WeekRule, day: string): Map<string, number> {
  const found = percentagesOn(assignmentsOf(rows), rule, day);
  return new Map([...found].map(([workspace, { percentage }]) => [workspace, percentage]));
}

const DEFAULT = weekRule({});

describe('the percentages of any plan on any day', () => {
  it('are what adding up day by day comes to', () => {
    fc.assert(
      fc.property(plans, rules, days, (rows, rule, day) => {
        expect(numbers(rows, rule, day)).toEqual(addUpDayByDay(rows, rule, day));
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not depend on the order in which rows became known', () => {
    const shuffled = plans.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows.keys()], { minLength: rows.length })),
    );
    fc.assert(
      fc.property(shuffled, rules, days, ([rows, order], rule, day) => {
        const known = Object.entries(assignmentsOf(rows));
        const other = Object.fromEntries(order.flatMap((index) => [known[index] ?? []]));
        const sorted = (found: ReturnType<typeof percentagesOn>) =>
          [...found].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(percentagesOn(other, rule, day))).toEqual(
          sorted(percentagesOn(assignmentsOf(rows), rule, day)),
        );
      }),
    );
  });

  it('are not changed by a row that finished before this week', () => {
    const old = fc.tuple(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom('a', 'z'),
    );
    fc.assert(
      fc.property(plans, rules, days, old, (rows, rule, day, [ago, length, workspace]) => {
        const finish = plusDays(day, -6 - ago);
        const start = plusDays(finish, -length);
        const before = numbers(rows, rule, day);
        for (const allocation of [
          { hours: 400, start, finish },
          { percentage: 100, start, finish },
        ]) {
          const after = numbers([...rows, { workspace, allocation }], rule, day);
          for (const [id, percentage] of before) expect(after.get(id)).toBe(percentage);
          expect(after.get(workspace) ?? 0).toBe(
            before.get(workspace) ?? (after.has(workspace) ? rule.atLeast : 0),
          );
        }
      }),
    );
  });

  it('stay until the day that nextChange names', () => {
    fc.assert(
      fc.property(plans, rules, days, (rows, rule, day) => {
        const assignments = assignmentsOf(rows);
        const said = nextChange(assignments, rule, day);
        expect(said > day).toBe(true);
        const last = said === 'never' ? plusDays(day, 400) : said;
        const now = numbers(rows, rule, day);
        for (let later = plusDays(day, 1); later < last; later = plusDays(later, 1))
          expect(numbers(rows, rule, later)).toEqual(now);
      }),
      { numRuns: 300 },
    );
  });

  it('never add up to more than 100 for a person who is planned for at most their working time', () => {
    // Each day's hours are cut into pieces for several workspaces, each a row of one day or, where two days share it, of two.
    const cuts = fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 7 }), {
      minLength: 14,
      maxLength: 14,
    });
    fc.assert(
      fc.property(cuts, fc.constantFrom(0 as const, 1 as const, 2 as const), (perDay, decimals) => {
        const rows = perDay.flatMap((pieces, index): PlanRow[] => {
          const day = plusDays('2026-12-21', index);
          const isWeekend = index % 7 >= 5;
          const total = Math.max(
            8,
            pieces.reduce((sum, piece) => sum + piece, 0),
          );
          return pieces.map((piece, part) => ({
            workspace: `w${part}`,
            allocation: { hours: isWeekend ? 0 : (8 * piece) / total, start: day, finish: day },
          }));
        });
        const rule = { ...DEFAULT, decimals };
        for (const day of ['2026-12-23', '2026-12-30']) {
          const sum = [...numbers(rows, rule, day).values()].reduce(
            (all, one) => all + Math.round(one * 100),
            0,
          );
          expect(sum).toBeLessThanOrEqual(100 * 100);
        }
      }),
    );
  });
});
