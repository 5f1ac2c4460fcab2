import type { Allocation } from './assignment-change.ts';
import { utcDay } from './dates.ts';
import type { Entity } from './entity.ts';
import type { AllocationRule, Condition, Mapping } from './mapping.ts';
import { firstFilled, readDate } from './read-row.ts';
import { readColumn } from './value.ts';

export type RowAllocation =
  | { readonly outcome: 'found'; readonly allocation: Allocation }
  /** `problem` is for an operator: it names columns, and numbers that are out of range. */
  | { readonly outcome: 'failed'; readonly problem: string };

/** What one rule says of a row: `passed` lets the next rule try. */
type RuleResult = RowAllocation | { readonly outcome: 'passed'; readonly missing: string };

const found = (allocation: Allocation): RuleResult => ({ outcome: 'found', allocation });
const failed = (problem: string): RuleResult => ({ outcome: 'failed', problem });
const passed = (missing: string): RuleResult => ({ outcome: 'passed', missing });

const either = (columns: readonly string[]): string => columns.join(' or ');

/** Why the condition keeps the rule from a row; `undefined` when it does not. */
function conditionMissed(entity: Entity, { column, in: values }: Condition): string | undefined {
  const value = readColumn(entity, column);
  if (!value || value.kind === 'null') return `${column} is empty`;
  if (value.kind !== 'optionSet' && value.kind !== 'number') return `${column} is no choice`;
  return values.includes(value.value)
    ? undefined
    : `${column} is ${value.value}, not ${either(values.map(String))}`;
}

function readPercentage(entity: Entity, columns: readonly string[]): RuleResult {
  const filled = firstFilled(entity, columns);
  if (!filled) return passed(`${either(columns)} is empty`);
  const { column, value } = filled;
  if (value.kind !== 'number') return failed(`${column} is no number`);
  if (!(value.value >= 0 && value.value <= 100))
    return failed(`${column} is ${value.value}, not within 0 and 100`);
  return found({ percentage: value.value });
}

function readHours(entity: Entity, rule: AllocationRule & { rule: 'hours' }): RuleResult {
  const hours = firstFilled(entity, rule.hours);
  const start = firstFilled(entity, rule.start);
  const finish = firstFilled(entity, rule.finish);
  if (!hours || !start || !finish) {
    const empty = [
      ...(hours ? [] : [rule.hours]),
      ...(start ? [] : [rule.start]),
      ...(finish ? [] : [rule.finish]),
    ];
    return passed(`${empty.map(either).join(', ')} empty`);
  }
  if (hours.value.kind !== 'number') return failed(`${hours.column} is no number`);
  const amount = hours.value.value;
  if (!(amount >= 0 && amount < Infinity))
    return failed(`${hours.column} is ${amount}, not a number of hours`);
  const from = readDate(start.value);
  const to = readDate(finish.value);
  if (from === undefined) return failed(`${start.column} is no date`);
  if (to === undefined) return failed(`${finish.column} is no date`);
  const allocation = { hours: amount, start: utcDay(from), finish: utcDay(to) };
  if (allocation.start > allocation.finish)
    return failed(`${start.column} (${allocation.start}) is after ${finish.column} (${allocation.finish})`);
  return found(allocation);
}

function tryRule(entity: Entity, rule: AllocationRule): RuleResult {
  const missed = rule.when && conditionMissed(entity, rule.when);
  if (missed !== undefined) return passed(missed);
  switch (rule.rule) {
    case 'percentage':
      return readPercentage(entity, rule.columns);
    case 'hours':
      return readHours(entity, rule);
    case 'constant':
      return found({ percentage: rule.percentage });
  }
}

/** Tries the mapping's rules in order. A rule whose columns are filled with nonsense ends the search: the next one would hide it. */
export function readAllocation(entity: Entity, { allocation: rules }: Mapping): RowAllocation {
  const reasons: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const result = tryRule(entity, rule);
    if (result.outcome !== 'passed') return result;
    reasons.push(`rule ${index + 1} (${rule.rule}): ${result.missing}`);
  }
  return { outcome: 'failed', problem: `no allocation rule fits: ${reasons.join('; ')}` };
}
