import fc from 'fast-check';
import { type PlanRow, plusDays, type WeekRule, weekRule } from '../../local/histories/day-by-day.ts';
import type { Allocation } from '../../src/dynamics/assignment-change.ts';
import { WEEKDAYS } from '../../src/dynamics/percentage-rule.ts';

/** A day of three months over a change of year, in which the clocks of both hemispheres have nothing to say: days are whole here. */
export const days = fc.integer({ min: 0, max: 90 }).map((offset) => plusDays('2025-11-20', offset));

const spans = fc
  .tuple(days, fc.integer({ min: 0, max: 40 }))
  .map(([start, length]) => ({ start, finish: plusDays(start, length) }));

const hours = fc.oneof(
  fc.integer({ min: 0, max: 80 }),
  fc.integer({ min: 0, max: 800 }).map((tenths) => tenths / 10),
);

const allocations: fc.Arbitrary<Allocation> = fc.oneof(
  fc.tuple(hours, spans).map(([amount, span]): Allocation => ({ hours: amount, ...span })),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), spans)
    .map(([percentage, span]): Allocation => ({ percentage, ...span })),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), days)
    .map(([percentage, start]): Allocation => ({ percentage, start })),
  fc
    .tuple(fc.integer({ min: 0, max: 100 }), days)
    .map(([percentage, finish]): Allocation => ({ percentage, finish })),
  fc.integer({ min: 0, max: 100 }).map((percentage): Allocation => ({ percentage })),
);

export const plans: fc.Arbitrary<PlanRow[]> = fc.array(
  fc.record({ workspace: fc.constantFrom('a', 'b', 'c'), allocation: allocations }),
  { maxLength: 6 },
);

export const rules: fc.Arbitrary<WeekRule> = fc
  .record({
    window: fc.record({ weeks: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })) }),
    keepAfter: fc.integer({ min: 0, max: 40 }),
    atLeast: fc.constantFrom(0, 1),
    workingDays: fc.oneof(fc.constant(WEEKDAYS.slice(0, 5)), fc.subarray([...WEEKDAYS], { minLength: 1 })),
    hoursPerDay: fc.constantFrom(8, 7.5, 6),
    // A whole week of them now and then, so that a window has no working day.
    holidays: fc.oneof(
      fc.array(days, { maxLength: 5 }),
      days.map((day) => Array.from({ length: 9 }, (_, index) => plusDays(day, index))),
    ),
    decimals: fc.constantFrom(0 as const, 1 as const, 2 as const),
  })
  .map(weekRule);
