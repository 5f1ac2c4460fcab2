import { addUpDayByDay, weekRule } from '../../../local/histories/day-by-day.ts';
import { type Arrival, MODEL_DAY } from '../../../local/histories/expected.ts';
import type { RowEvent, TeamRow } from '../../../local/histories/history.ts';
import type { Random } from '../../../local/histories/random.ts';
import type { State } from './states.ts';

const LIFE = 100_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The events that end a life: the rows that are left are deleted. */
function deletes(history: readonly RowEvent[]): RowEvent[] {
  const last = new Map(history.map((event) => [event.record, event]));
  return [...last.values()].flatMap(({ record, after, versions, modifiedOn }): RowEvent[] => {
    if (!after || versions.after === undefined) return [];
    return [
      {
        operation: `delete of ${record}`,
        record,
        message: 'Delete',
        before: after,
        after: undefined,
        versions: { before: versions.after, after: versions.after + 1 },
        modifiedOn: { before: modifiedOn.after, after: modifiedOn.after },
      },
    ];
  });
}

/** The event as of a later life of its row: numbers and times go on from there. */
function later({ versions, modifiedOn, operation, ...event }: RowEvent): RowEvent {
  const moved = (number: number | undefined) => (number === undefined ? undefined : number + LIFE);
  return {
    ...event,
    operation: `${operation} again`,
    versions: { before: moved(versions.before), after: moved(versions.after) },
    modifiedOn: { before: modifiedOn.before + DAY_MS, after: modifiedOn.after + DAY_MS },
  };
}

/** Rows that are deleted in the end and live again, under the same ids, as the second history says. */
export function twoLives(first: readonly RowEvent[], second: readonly RowEvent[]): RowEvent[] {
  return [...first, ...deletes(first), ...second.map(later)];
}

/** The same with servers whose clocks differ by minutes. */
export function skewed(history: readonly RowEvent[], random: Random): RowEvent[] {
  return history.map((event) => {
    const skew = (random.below(11) - 5) * MINUTE_MS;
    const { before, after } = event.modifiedOn;
    return { ...event, modifiedOn: { before: before + skew, after: after + skew } };
  });
}

interface Claim {
  readonly order: number;
  readonly row: TeamRow | undefined;
}

/** What an event says of one user: the row as it is theirs, or that it is not. A delete has the number of its pre image. */
function claimOf({ before, after, versions }: RowEvent, user: string): Claim | undefined {
  if (!after)
    return before?.user === user ? { order: (versions.before ?? 0) + 0.5, row: undefined } : undefined;
  if (after.user !== user && before?.user !== user) return undefined;
  return { order: versions.after ?? 0, row: after.active && after.user === user ? after : undefined };
}

/** What COR must hold in the end where every image has a number: of each user and row what the highest one says, of what COR takes. */
export function expectedAfterLives(
  arrivals: readonly Arrival[],
  users: readonly string[],
  takes: (user: string, project: string) => boolean,
): State {
  const events = arrivals.map(({ event }) => event);
  const states = users.map((user): [string, Record<string, number>] => {
    const rows = [...Map.groupBy(events, ({ record }) => record).values()].flatMap((own) => {
      const claims = own
        .flatMap((event) => claimOf(event, user) ?? [])
        .filter(({ row }) => !row || takes(user, row.project));
      return claims.toSorted((a, b) => b.order - a.order)[0]?.row ?? [];
    });
    const plan = rows.map(({ project, share }) => ({ workspace: project, allocation: share }));
    return [user, Object.fromEntries(addUpDayByDay(plan, weekRule({}), MODEL_DAY))];
  });
  return Object.fromEntries(states.filter(([, held]) => Object.keys(held).length > 0));
}
