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
}

const SPANS = [
  { start: '2026-03-02', finish: '2026-03-06' },
  { start: '2026-03-04', finish: '2026-03-20' },
  { start: '2026-03-07', finish: '2026-03-08' },
];

function randomShare(random: Random): TeamRow['share'] {
  if (random.chance(0.6)) return { percentage: random.pick([0, 5, 12.5, 33.33, 50, 80]) };
  return { hours: random.pick([4, 8, 20, 60]), ...random.pick(SPANS) };
}

function changed(row: TeamRow, shape: HistoryShape, random: Random): TeamRow {
  const roll = random.next();
  if (roll < 0.3) return { ...row, share: randomShare(random) };
  if (roll < 0.55) return { ...row, user: random.pick(shape.users) };
  if (roll < 0.75) return { ...row, project: random.pick(shape.projects) };
  if (roll < 0.9) return { ...row, active: !row.active };
  return { ...row, user: row.user === null ? random.pick(shape.users) : null };
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
    const row = old
      ? changed(old.row, shape, random)
      : {
          user: random.pick([...shape.users, null]),
          project: random.pick(shape.projects),
          share: randomShare(random),
          active: true,
        };
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
