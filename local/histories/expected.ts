import { addUpDayByDay, weekRule } from './day-by-day.ts';
import { isUnmappable, type RowEvent, type TeamRow } from './history.ts';

/** One time that an event entered the queue. */
export interface Arrival {
  readonly event: RowEvent;
  readonly sequence: number;
}

interface Claim {
  readonly order: readonly [number, number];
  readonly row: TeamRow | undefined;
  readonly final: boolean;
}

/** The day on which the model plays, in the week that its rows plan. */
export const MODEL_DAY = '2026-03-04';

const RULE = weekRule({});

function percentage(rows: readonly TeamRow[]): number {
  const plan = rows.map(({ share }) => ({ workspace: 'w', allocation: share }));
  return addUpDayByDay(plan, RULE, MODEL_DAY).get('w') ?? 0;
}

/** All that Dynamics said of each user and row, and that COR takes. */
function claimsOf(
  arrivals: readonly Arrival[],
  takes: (user: string, project: string) => boolean,
): Map<string, Map<string, Claim[]>> {
  const claims = new Map<string, Map<string, Claim[]>>();
  const claim = (user: string | null | undefined, record: string, one: Claim): void => {
    if (user === null || user === undefined) return;
    const rows = claims.get(user) ?? new Map<string, Claim[]>();
    claims.set(user, rows);
    rows.set(record, [...(rows.get(record) ?? []), one]);
  };
  for (const { event, sequence } of arrivals) {
    const { before, after, record, versions, modifiedOn } = event;
    if (!after) {
      claim(before?.user, record, { order: [0, 0], row: undefined, final: true });
      continue;
    }
    const order = [versions.after ?? modifiedOn.after, sequence] as const;
    const holder = after.active ? after.user : null;
    for (const user of new Set([before?.user, after.user])) {
      const row = user === holder ? after : undefined;
      if (row && user && (isUnmappable(row) || !takes(user, row.project))) continue;
      claim(user, record, { order, row, final: false });
    }
  }
  return claims;
}

/** The claim that counts, if it gives the row to the user. */
function standing(claims: readonly Claim[]): (Claim & { readonly row: TeamRow }) | undefined {
  if (claims.some(({ final }) => final)) return undefined;
  const newest = [...claims].sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]).at(-1);
  return newest?.row && { ...newest, row: newest.row };
}

/**
 * What COR must hold in the end, from the history alone: for every user and row the newest thing that
 * Dynamics said of them and that COR takes. Written apart from the ledger on purpose: it sorts all claims,
 * the ledger merges them one at a time.
 */
export function expectedState(
  arrivals: readonly Arrival[],
  takes: (user: string, project: string) => boolean,
): Record<string, Record<string, number>> {
  const expected: Record<string, Record<string, number>> = {};
  for (const [user, rows] of claimsOf(arrivals, takes)) {
    const held = Map.groupBy(
      [...rows.values()].flatMap((claims) => standing(claims)?.row ?? []),
      ({ project }) => project,
    );
    if (held.size > 0)
      expected[user] = Object.fromEntries([...held].map(([project, found]) => [project, percentage(found)]));
  }
  return expected;
}

/** The users who have each row in the end, the newest first: more than one where an event was lost. */
export function expectedHolders(
  arrivals: readonly Arrival[],
  takes: (user: string, project: string) => boolean,
): Map<string, string[]> {
  const found: { record: string; user: string; order: number }[] = [];
  for (const [user, rows] of claimsOf(arrivals, takes)) {
    for (const [record, claims] of rows) {
      const claim = standing(claims);
      if (claim) found.push({ record, user, order: claim.order[0] });
    }
  }
  const byRecord = Map.groupBy(
    found.sort((a, b) => b.order - a.order),
    ({ record }) => record,
  );
  return new Map([...byRecord].map(([record, all]) => [record, all.map(({ user }) => user)]));
}
