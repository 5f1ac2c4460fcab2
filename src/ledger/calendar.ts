import { dayNumber } from '../day.ts';
import { type PercentageRule, WEEKDAYS } from '../dynamics/percentage-rule.ts';

// Days are numbers here: days since 1970-01-01, a Thursday. No library: the count of working days between two
// days, holidays taken off, in constant time is two lines, and those on npm walk from day to day.

/** Working days of a rule, in a form that counts them without walking over them. */
export interface Calendar {
  readonly perWeek: number;
  /** Working days from Monday through each day of the week. */
  readonly through: readonly number[];
  /** Holidays that would be working days, in order. */
  readonly holidays: readonly number[];
}

const DAYS = 7;
/** 1969-12-29, the Monday that the count begins with. */
const FIRST_MONDAY = -3;

function weekdayOf(day: number): number {
  const rest = (day - FIRST_MONDAY) % DAYS;
  return rest < 0 ? rest + DAYS : rest;
}

export function mondayOf(day: number): number {
  return day - weekdayOf(day);
}

function createCalendar(rule: PercentageRule): Calendar {
  const isWorking = WEEKDAYS.map((weekday) => rule.workingDays.includes(weekday));
  const through = isWorking.map((_, index) => isWorking.slice(0, index + 1).filter(Boolean).length);
  const holidays = [...new Set(rule.holidays.map(dayNumber))].filter((day) => isWorking[weekdayOf(day)]);
  return { perWeek: through.at(-1) ?? 0, through, holidays: holidays.sort((a, b) => a - b) };
}

const calendars = new WeakMap<PercentageRule, Calendar>();

/** The calendar of a rule. Made once: the rule of a mapping does not change while the app runs. */
export function calendarOf(rule: PercentageRule): Calendar {
  const known = calendars.get(rule);
  if (known) return known;
  const calendar = createCalendar(rule);
  calendars.set(rule, calendar);
  return calendar;
}

function holidaysThrough({ holidays }: Calendar, day: number): number {
  let low = 0;
  let high = holidays.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((holidays[middle] ?? 0) <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function workingDaysThrough(calendar: Calendar, day: number): number {
  const weeks = Math.floor((day - FIRST_MONDAY) / DAYS);
  const inWeek = calendar.through[weekdayOf(day)] ?? 0;
  return weeks * calendar.perWeek + inWeek - holidaysThrough(calendar, day);
}

/** Working days from `first` to `last`, both included; 0 when `last` is before `first`. */
export function workingDaysBetween(calendar: Calendar, first: number, last: number): number {
  if (last < first) return 0;
  return workingDaysThrough(calendar, last) - workingDaysThrough(calendar, first - 1);
}
