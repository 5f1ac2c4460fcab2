export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

type Weekday = (typeof WEEKDAYS)[number];

/**
 * How dated allocations become the one number that COR holds per workspace: the member `percentage` of a
 * mapping.
 */
export interface PercentageRule {
  /** IANA name. Its days are the days of the plan, and of "today". */
  readonly timeZone: string;
  /**
   * Calendar weeks, from the Monday of the current one, whose planned work is the percentage. `always`: all
   * work over the whole span of the rows, whatever the day; `keepAfter` and the dates of fixed percentages
   * are then ignored.
   */
  readonly window: 'always' | { readonly weeks: number };
  /** Days after its finish through which a row keeps the workspace attached. */
  readonly keepAfter: number;
  /** Percentage of a workspace that is attached and would come out as 0. */
  readonly atLeast: number;
  readonly workingDays: readonly Weekday[];
  readonly hoursPerDay: number;
  /** Days (`YYYY-MM-DD`) on which nobody works. */
  readonly holidays: readonly string[];
  /** Digits after the point. */
  readonly decimals: 0 | 1 | 2;
}
