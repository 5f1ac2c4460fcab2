import { loggedId } from '../logged-id.ts';
import type { Held } from './brake.ts';
import type { Comparison } from './compare-all.ts';
import type { Finding } from './compare-user.ts';
import { type Counts, noCounts, type Situation } from './situation.ts';

/** So many rows of each situation are named. */
const MAX_NAMED = 100;

/** A row of a report. `user` is a hash where the external id is a name. */
export interface NamedRow {
  readonly situation: Situation;
  readonly user?: string;
  readonly record?: string;
  readonly problem?: string;
}

/** What a comparison found and what was sent for it. Times are ISO in UTC. */
export interface Report {
  readonly schema: 1;
  readonly run: string;
  readonly by: 'timer' | 'command';
  readonly startedAt: string;
  readonly durationMs: number;
  readonly rows: number;
  readonly users: number;
  /** Users with a document that cannot be read. */
  readonly unreadable: number;
  readonly counts: Counts;
  /** Messages sent, and the users they are about. */
  readonly messages: number;
  readonly differing: number;
  /** Removals found, and how many go without being asked. */
  readonly removals: number;
  readonly maxRemovals: number;
  /** Changes held back by the brake: `allow` sends them. */
  readonly brakeHeld: number;
  readonly named: readonly NamedRow[];
}

function nameOf({ situation, user, record }: Finding): NamedRow {
  return { situation, user: loggedId(user), ...(record !== undefined && { record }) };
}

/** Counts findings, and names the first of each situation. */
class Tally {
  readonly counts = noCounts();
  readonly named: NamedRow[] = [];

  add(row: NamedRow): void {
    this.counts[row.situation] += 1;
    if (this.counts[row.situation] <= MAX_NAMED) this.named.push(row);
  }
}

function tallyOf({ go, held, rows }: Pick<Comparison, 'go' | 'held' | 'rows'>): Tally {
  const tally = new Tally();
  const differing = new Set<string>();
  const note = (row: NamedRow) => {
    if (row.record !== undefined) differing.add(row.record);
    tally.add(row);
  };
  for (const [record, fact] of rows.records())
    if (fact.kind === 'unmappable' || fact.kind === 'unidentified')
      note({ situation: fact.kind, record, problem: fact.problem });
  for (const finding of go) note(nameOf(finding));
  for (const { finding } of held) note({ ...nameOf(finding), situation: 'held' });
  for (const [record] of rows.records()) if (!differing.has(record)) tally.counts.equal += 1;
  return tally;
}

/** What a report needs beside what was found. */
export interface ReportOf {
  readonly run: string;
  readonly by: Report['by'];
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly messages: number;
}

export function reportOf(comparison: Comparison, { startedAt, endedAt, ...rest }: ReportOf): Report {
  const { counts, named } = tallyOf(comparison);
  const sent = comparison.go.filter(({ change, situation }) => change || situation === 'notTold');
  return {
    schema: 1,
    ...rest,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(endedAt - startedAt),
    rows: comparison.rows.size,
    users: comparison.users.length,
    unreadable: comparison.unreadable,
    counts,
    differing: new Set(sent.map(({ user }) => user)).size,
    removals: comparison.removals,
    maxRemovals: comparison.maxRemovals,
    brakeHeld: comparison.held.length,
    named,
  };
}

/** Does Dynamics hold what the ledger says, but for rows that are held or cannot be used? */
export function isEqual({ counts, brakeHeld }: Pick<Report, 'counts' | 'brakeHeld'>): boolean {
  const { equal: _, held: __, unidentified: ___, unmappable: ____, ...differences } = counts;
  return brakeHeld === 0 && Object.values(differences).every((count) => count === 0);
}

/**
 * What is stored of a change that is held back: whose it is, not hashed, so that it can be looked at again.
 */
export interface HeldChange {
  readonly user: string;
  readonly record: string;
  readonly why: Held['why'];
}

export function heldChanges({ held }: Pick<Comparison, 'held'>): HeldChange[] {
  return held.flatMap(({ finding: { user, record, change }, why }) =>
    change && record !== undefined ? [{ user, record, why, change }] : [],
  );
}
