import type { Random } from '../../../local/histories/random.ts';
import type { AssignmentChange, RowVersion } from '../../../src/dynamics/assignment-change.ts';

/** A row as Dynamics holds it. */
export interface Row {
  readonly user: string | undefined;
  readonly workspace: string;
  readonly percentage: number;
  readonly active: boolean;
  readonly number: number;
  readonly modifiedOn: number;
}

/** One time that an event entered the queue: what it says of each user, or that the row has to be read. */
export interface Posted {
  readonly sequence: number;
  readonly enqueuedAt: number;
  readonly operation: string;
  readonly record: string;
  readonly changes: readonly AssignmentChange[];
  readonly mustRead: boolean;
}

/**
 * What the images hold. `skewed`: numbers everywhere, and clocks of servers that differ by minutes. `mixed`: some images lack the number;
 * clocks rise. `none`: no image has one, and several events share a second.
 */
export type Signals = 'numbers' | 'skewed' | 'mixed' | 'none';

export interface Shape {
  readonly signals: Signals;
  readonly users: readonly string[];
  readonly records: readonly string[];
  /** Deleted rows are restored under their id. */
  readonly restoresRows: boolean;
  /** Whole weeks pass between events. */
  readonly weeksPass: boolean;
}

const SECOND = 1_000;
const DAY = 86_400_000;
const WORKSPACES = ['w1', 'w2', 'w3'];

/** Dynamics, with a history that it makes up as it goes, and the events that it posts. */
export class Dynamics {
  rows = new Map<string, Row>();
  private readonly deleted = new Map<string, Row>();
  private readonly shape: Shape;
  private readonly random: Random;
  private number = 1_000;
  private jobs = 0;
  private sequence = 0;
  now = Date.UTC(2026, 2, 1);

  constructor(shape: Shape, random: Random) {
    this.shape = shape;
    this.random = random;
  }

  private stamp(): { number: number; modifiedOn: number } {
    this.number += 1 + this.random.below(3);
    this.now += this.random.chance(0.3) ? 0 : SECOND;
    const skew = this.shape.signals === 'skewed' ? (this.random.below(11) - 5) * 60 * SECOND : 0;
    return { number: this.number, modifiedOn: this.now + skew };
  }

  /** Do weeks go by before the next thing happens? */
  weeksGoBy(): boolean {
    const isSo = this.shape.weeksPass && this.random.chance(0.25);
    if (isSo) this.now += 20 * DAY;
    return isSo;
  }

  /** The version as an image shows it. */
  private shown({ number, modifiedOn }: Row): RowVersion {
    const { signals } = this.shape;
    const hasNumber = signals === 'mixed' ? this.random.chance(0.6) : signals !== 'none';
    return hasNumber ? { number, modifiedOn } : { modifiedOn };
  }

  private post(record: string, changes: readonly AssignmentChange[], mustRead = false): Posted {
    this.jobs += 1;
    return this.again({
      sequence: 0,
      enqueuedAt: 0,
      operation: `job ${this.jobs}`,
      record,
      changes,
      mustRead,
    });
  }

  /** The same event once more, as Dataverse posts it when it did not see the queue's answer. */
  again(posted: Posted): Posted {
    this.sequence += 1;
    return { ...posted, sequence: this.sequence, enqueuedAt: this.now + this.sequence };
  }

  private changed(row: Row): Row {
    const roll = this.random.next();
    const stamped = { ...row, ...this.stamp() };
    if (roll < 0.35) return { ...stamped, percentage: this.random.below(100) };
    if (roll < 0.6) return { ...stamped, user: this.random.pick(this.shape.users) };
    if (roll < 0.75) return { ...stamped, workspace: this.random.pick(WORKSPACES) };
    if (roll < 0.9) return { ...stamped, active: !row.active };
    return { ...stamped, user: row.user === undefined ? this.random.pick(this.shape.users) : undefined };
  }

  private create(record: string): Posted {
    const row: Row = {
      user: this.random.pick(this.shape.users),
      workspace: this.random.pick(WORKSPACES),
      percentage: this.random.below(100),
      active: true,
      ...this.stamp(),
    };
    this.rows.set(record, row);
    return this.post(record, putOrRemove(record, row, this.shown(row)));
  }

  private update(record: string, old: Row): Posted {
    const row = this.changed(old);
    this.rows.set(record, row);
    const version = this.shown(row);
    const moved: AssignmentChange[] =
      old.user !== undefined && old.user !== row.user
        ? [{ kind: 'remove', user: old.user, record, why: 'moved', version }]
        : [];
    return this.post(record, [...moved, ...putOrRemove(record, row, version)]);
  }

  private delete(record: string, row: Row): Posted {
    this.rows.delete(record);
    this.deleted.set(record, row);
    if (row.user === undefined) return this.post(record, []);
    const version = this.shown(row);
    return this.post(record, [{ kind: 'remove', user: row.user, record, why: 'deleted', version }]);
  }

  /** A Restore message says nothing of the row: it has to be read. */
  private restore(record: string, row: Row): Posted {
    this.deleted.delete(record);
    this.rows.set(record, { ...row, ...this.stamp() });
    return this.post(record, [], true);
  }

  /** Something happens to one row; `undefined` when nothing can. */
  step(): Posted | undefined {
    const record = this.random.pick(this.shape.records);
    const row = this.rows.get(record);
    const dead = this.deleted.get(record);
    if (dead) return this.shape.restoresRows ? this.restore(record, dead) : undefined;
    if (!row) return this.create(record);
    return this.random.chance(0.2) ? this.delete(record, row) : this.update(record, row);
  }

  /** A moment later: what entered the queue before is before it. */
  pass(): number {
    this.now += 60 * SECOND;
    return this.now;
  }

  snapshot(): { readonly rows: ReadonlyMap<string, Row>; readonly number: number } {
    return { rows: new Map(this.rows), number: this.number };
  }

  /** The environment is restored from a backup: rows and numbers are those of then, and the clock goes on. */
  restoreEnvironment({ rows, number }: ReturnType<Dynamics['snapshot']>): void {
    this.rows = new Map(rows);
    this.deleted.clear();
    this.number = number;
    this.now += 3_600 * SECOND;
  }
}

function putOrRemove(record: string, row: Row, version: RowVersion): AssignmentChange[] {
  const { user, workspace, percentage, active } = row;
  if (user === undefined) return [];
  if (!active) return [{ kind: 'remove', user, record, why: 'deactivated', version }];
  return [{ kind: 'put', user, record, workspace, allocation: { percentage }, version }];
}

/** What a read of the row says of `user`. `seen`: the version that the ledger holds of it, needed when the row is gone. */
export function readChange(
  record: string,
  user: string,
  row: Row | undefined,
  seen: Extract<NonNullable<AssignmentChange['basis']>, { kind: 'gone' }>['seen'],
): AssignmentChange {
  if (!row)
    return { kind: 'remove', user, record, why: 'deleted', version: {}, basis: { kind: 'gone', seen } };
  const version = { number: row.number, modifiedOn: row.modifiedOn };
  const basis = { kind: 'read' } as const;
  const [change] = row.user === user ? putOrRemove(record, row, version) : [];
  return { ...(change ?? { kind: 'remove', user, record, why: 'moved', version }), basis };
}

/** Who has which row, as Dynamics says: `user record → workspace percentage`. */
export function truth(rows: ReadonlyMap<string, Row>): Record<string, string> {
  return Object.fromEntries(
    [...rows].flatMap(([record, { user, active, workspace, percentage }]) =>
      user !== undefined && active ? [[`${user} ${record}`, `${workspace} ${percentage}`]] : [],
    ),
  );
}
