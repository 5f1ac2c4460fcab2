import { dayNumber } from '../day.ts';
import type { Allocation } from '../dynamics/assignment-change.ts';
import { type Calendar, mondayOf, workingDaysBetween } from './calendar.ts';

/** The days (as numbers) whose planned work makes the percentage, from a Monday to a Sunday. */
export interface Window {
  readonly first: number;
  readonly last: number;
  readonly workingDays: number;
}

/** The window of `weeks` calendar weeks on a day. */
export function windowOn(day: number, weeks: number, calendar: Calendar): Window {
  const first = mondayOf(day);
  const last = first + weeks * 7 - 1;
  return { first, last, workingDays: workingDaysBetween(calendar, first, last) };
}

/** First and last day of an allocation as numbers; infinite where it has none. */
export interface Span {
  readonly start: number;
  readonly finish: number;
}

export function spanOf({ start, finish }: Allocation): Span {
  return {
    start: start === undefined ? -Infinity : dayNumber(start),
    finish: finish === undefined ? Infinity : dayNumber(finish),
  };
}
