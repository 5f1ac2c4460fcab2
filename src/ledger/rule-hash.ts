import { createHash } from 'node:crypto';
import { type PercentageRule, WEEKDAYS } from '../dynamics/percentage-rule.ts';

/** Raised when the code comes to other percentages for the same rule: every document is then due. */
const FORMULA = 1;

/** A rule never changes while the process runs, and every save asks. */
const known = new WeakMap<PercentageRule, string>();

/**
 * 8 hexadecimal digits that tell one percentage rule from another. How it is written down does not matter,
 * only what it says.
 */
export function ruleHash(rule: PercentageRule): string {
  const found = known.get(rule) ?? hashOf(rule);
  known.set(rule, found);
  return found;
}

function hashOf(rule: PercentageRule): string {
  const said = [
    FORMULA,
    rule.timeZone,
    rule.window,
    rule.keepAfter,
    rule.atLeast,
    WEEKDAYS.filter((weekday) => rule.workingDays.includes(weekday)),
    rule.hoursPerDay,
    [...new Set(rule.holidays)].sort(),
    rule.decimals,
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 8);
}
