import type { Allocation } from './assignment-change.ts';
import type { Entity } from './entity.ts';
import type {
  AllocationRule,
  Condition,
  ConstantAllocation,
  DateColumn,
  HoursAllocation,
  Mapping,
  PercentageAllocation,
} from './mapping.ts';
import { readDay } from './read-day.ts';
import { firstFilled } from './read-row.ts';
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
const names = (columns: readonly DateColumn[]): string[] => columns.map(({ column }) => column);

/** Why the condition keeps the rule from a row; `undefined` when it does not. */
function conditionMissed(entity: Entity, { column, in: values }: Condition): string | undefined {
  const value = readColumn(entity, column);
  if (!value || value.kind === 'null') return `${column} is empty`;
  if (value.kind !== 'optionSet' && value.kind !== 'number') return `${column} is no choice`;
  return values.includes(value.value)
    ? undefined
    : `${column} is ${value.value}, not ${either(values.map(String))}`;
}

/** First and last day, each where its columns hold one. */
type RowSpan =
  | { readonly found: 'span'; readonly start?: string; readonly finish?: string }
  | { readonly found: 'unusable'; readonly problem: string };

function readSpan(
  entity: Entity,
  { start: startColumns = [], finish: finishColumns = [] }: AllocationRule,
  timeZone: string,
): RowSpan {
  const start = readDay(entity, startColumns, timeZone);
  const finish = readDay(entity, finishColumns, timeZone);
  if (start.found === 'unusable') return start;
  if (finish.found === 'unusable') return finish;
  if (start.found === 'day' && finish.found === 'day' && start.day > finish.day) {
    const problem = `${start.column} (${start.day}) is after ${finish.column} (${finish.day})`;
    return { found: 'unusable', problem };
  }
  return {
    found: 'span',
    ...(start.found === 'day' && { start: start.day }),
    ...(finish.found === 'day' && { finish: finish.day }),
  };
}

/** A fixed percentage, within the days that the rule's date columns hold. */
function readFixed(
  entity: Entity,
  percentage: number,
  rule: PercentageAllocation | ConstantAllocation,
  timeZone: string,
): RuleResult {
  const span = readSpan(entity, rule, timeZone);
  if (span.found === 'unusable') return failed(span.problem);
  const { start, finish } = span;
  return found({
    percentage,
    ...(start !== undefined && { start }),
    ...(finish !== undefined && { finish }),
  });
}

/**
 * 0.07 × 100 is not 7 in binary fractions; no column of Dynamics has more than ten digits after the point.
 */
function percentOf(fraction: number): number {
  return Number((fraction * 100).toFixed(10));
}

function readPercentage(entity: Entity, rule: PercentageAllocation, timeZone: string): RuleResult {
  const filled = firstFilled(entity, rule.columns);
  if (!filled) return passed(`${either(rule.columns)} is empty`);
  const { column, value } = filled;
  if (value.kind !== 'number') return failed(`${column} is no number`);
  const most = rule.unit === 'fraction' ? 1 : 100;
  if (!(value.value >= 0 && value.value <= most))
    return failed(`${column} is ${value.value}, not within 0 and ${most}`);
  return readFixed(entity, rule.unit === 'fraction' ? percentOf(value.value) : value.value, rule, timeZone);
}

function readHours(entity: Entity, rule: HoursAllocation, timeZone: string): RuleResult {
  const hours = firstFilled(entity, rule.hours);
  const span = readSpan(entity, rule, timeZone);
  if (hours && span.found === 'unusable') return failed(span.problem);
  const { start, finish } = span.found === 'span' ? span : {};
  if (!hours || start === undefined || finish === undefined) {
    const empty = [
      ...(hours ? [] : [rule.hours]),
      ...(start === undefined ? [names(rule.start)] : []),
      ...(finish === undefined ? [names(rule.finish)] : []),
    ];
    return passed(`${empty.map(either).join(', ')} empty`);
  }
  if (hours.value.kind !== 'number') return failed(`${hours.column} is no number`);
  const amount = hours.value.value;
  if (!(amount >= 0 && amount < Infinity))
    return failed(`${hours.column} is ${amount}, not a number of ${rule.unit}`);
  return found({ hours: rule.unit === 'minutes' ? amount / 60 : amount, start, finish });
}

function tryRule(entity: Entity, rule: AllocationRule, timeZone: string): RuleResult {
  const missed = rule.when && conditionMissed(entity, rule.when);
  if (missed !== undefined) return passed(missed);
  switch (rule.rule) {
    case 'percentage':
      return readPercentage(entity, rule, timeZone);
    case 'hours':
      return readHours(entity, rule, timeZone);
    case 'constant':
      return readFixed(entity, rule.percentage, rule, timeZone);
  }
}

/**
 * Tries the mapping's rules in order. A rule whose columns are filled with nonsense ends the search: the next
 * one would hide it.
 */
export function readAllocation(entity: Entity, { allocation: rules, percentage }: Mapping): RowAllocation {
  const reasons: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const result = tryRule(entity, rule, percentage.timeZone);
    if (result.outcome !== 'passed') return result;
    reasons.push(`rule ${index + 1} (${rule.rule}): ${result.missing}`);
  }
  return { outcome: 'failed', problem: `no allocation rule fits: ${reasons.join('; ')}` };
}
