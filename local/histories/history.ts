import type { Random } from './random.ts';

/** A project team row as Dynamics holds it at one moment. */
export interface TeamRow {
  readonly user: string | null;
  readonly project: string;
  readonly share:
    | { readonly percentage: number }
    | { readonly hours: number; readonly start: string; readonly finish: string };
  readonly active: boolean;
}

/** One event as Dataverse would post it: the row before and after. `after` is missing for a delete. */
export interface RowEvent {
  /** Id of the system job that posts it. Default: that of the row. */
  readonly operation?: string;
  readonly record: string;
  readonly message: 'Create' | 'Update' | 'Delete';
  readonly before: TeamRow | undefined;
  readonly after: TeamRow | undefined;
  /** `versionnumber` of the images, left out in histories whose steps do not select it. */
  readonly versions: { readonly before: number | undefined; readonly after: number | undefined };
  /** `modifiedon` of the images, UTC epoch ms in whole seconds. */
  readonly modifiedOn: { readonly before: number; readonly after: number };
}

export interface HistoryShape {
  readonly users: readonly string[];
  readonly projects: readonly string[];
  readonly records: readonly string[];
  readonly length: number;
  readonly withVersionNumbers: boolean;
  /** Some rows hold a percentage that COR cannot take: the half of a move that gives such a row cannot be applied. */
  readonly withUnmappable?: boolean;
  /** A user's percentages add up to 100 at most, at every moment. */
  readonly withinWorkingTime?: boolean;
}

const SPANS = [
  { start: '2026-03-02', finish: '2026-03-06' },
  { start: '2026-03-04', finish: '2026-03-20' },
  { start: '2026-03-07', finish: '2026-03-08' },
];

/** More than the mapping takes: the event of such a row ends as a dead letter, but for the part that takes it from its old user. */
const UNMAPPABLE: TeamRow['share'] = { percentage: 150 };

export function isUnmappable({ share }: TeamRow): boolean {
  return share === UNMAPPABLE;
}

function randomShare({ withUnmappable, withinWorkingTime }: HistoryShape, random: Random): TeamRow['share'] {
  if (withinWorkingTime) return { percentage: random.pick([10, 40, 60, 80, 90]) };
  if (withUnmappable && random.chance(0.1)) return UNMAPPABLE;
  if (random.chance(0.6)) return { percentage: random.pick([0, 5, 12.5, 33.33, 50, 80]) };
  return { hours: random.pick([4, 8, 20, 60]), ...random.pick(SPANS) };
}

function changed(row: TeamRow, shape: HistoryShape, random: Random): TeamRow {
  const roll = random.next();
  if (roll < 0.3) return { ...row, share: randomShare(shape, random) };
  if (roll < 0.55) return { ...row, user: random.pick(shape.users) };
  if (roll < 0.75) return { ...row, project: random.pick(shape.projects) };
  if (roll < 0.9) return { ...row, active: !row.active };
  return { ...row, user: row.user === null ? random.pick(shape.users) : null };
}

/** The row with so much less that its user's percentages add up to 100 at most. */
function fitted(row: TeamRow, others: Iterable<TeamRow>): TeamRow {
  if (row.user === null || !row.active || !('percentage' in row.share)) return row;
  let left = 100;
  for (const { user, active, share } of others)
    if (user === row.user && active && 'percentage' in share) left -= share.percentage;
  return { ...row, share: { percentage: Math.min(row.share.percentage, left) } };
}

function othersThan(record: string, rows: ReadonlyMap<string, { readonly row: TeamRow }>): TeamRow[] {
  return [...rows].flatMap(([id, { row }]) => (id === record ? [] : [row]));
}

/**
 * A history of rows that are created, changed, moved, deactivated, unassigned and deleted; some events share
 * a second.
 */
export function randomHistory(shape: HistoryShape, random: Random): RowEvent[] {
  const rows = new Map<string, { row: TeamRow; version: number; modifiedOn: number }>();
  const deleted = new Set<string>();
  const events: RowEvent[] = [];
  let version = 1_000;
  let second = Date.UTC(2026, 2, 1);
  while (events.length < shape.length && deleted.size < shape.records.length) {
    const record = random.pick(shape.records.filter((id) => !deleted.has(id)));
    const old = rows.get(record);
    version += 1 + random.below(3);
    second += random.chance(0.4) ? 0 : 1_000;
    const gone = old !== undefined && random.chance(0.08);
    const drawn = old
      ? changed(old.row, shape, random)
      : {
          user: random.pick([...shape.users, null]),
          project: random.pick(shape.projects),
          share: randomShare(shape, random),
          active: true,
        };
    const row = shape.withinWorkingTime ? fitted(drawn, othersThan(record, rows)) : drawn;
    events.push({
      operation: `7c6a2c57-0a76-4a86-8d6c-${String(version).padStart(12, '0')}`,
      record,
      message: gone ? 'Delete' : old ? 'Update' : 'Create',
      before: old?.row,
      after: gone ? undefined : row,
      versions: shape.withVersionNumbers
        ? { before: old?.version, after: version }
        : { before: undefined, after: undefined },
      modifiedOn: { before: old?.modifiedOn ?? second, after: second },
    });
    if (gone) deleted.add(record);
    else rows.set(record, { row, version, modifiedOn: second });
  }
  return events;
}
