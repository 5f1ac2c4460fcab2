import type { Allocation, QueuedVersion } from '../dynamics/assignment-change.ts';

/**
 * The shape in which documents are saved. Older ones are upgraded when they are read, newer ones are refused.
 */
export const SCHEMA = 2;

/** At most so many operation ids are kept of one second. */
export const MAX_OPERATIONS = 20;

/**
 * The version of a row as it is recorded. `operations` are the system jobs whose changes of the recorded
 * second were met, kept only where rows have no `versionnumber`: it takes them to know a repetition.
 */
export interface EntryVersion extends QueuedVersion {
  readonly operations?: readonly string[] | undefined;
}

export interface AssignedEntry {
  readonly state: 'assigned';
  readonly workspace: string;
  readonly workspaceName?: string | undefined;
  readonly allocation: Allocation;
  readonly version: EntryVersion;
  /** Id of the Dynamics record that the user was resolved from, where that took a look-up. */
  readonly source?: string | undefined;
}

/**
 * A tombstone: kept so that an older event that comes late cannot bring the assignment back. `day` is when it
 * was recorded.
 */
export interface Tombstone {
  readonly state: 'removed' | 'deleted';
  readonly version: EntryVersion;
  readonly day: string;
  /**
   * Where a read found no row: the version is the last that is known of it, not the one at which it ended.
   */
  readonly gone?: true | undefined;
}

/** What the ledger knows of one Dynamics row, for one user. */
export type LedgerEntry = AssignedEntry | Tombstone;

/** The highest version among the tombstones that were dropped. */
export interface Mark {
  readonly number?: number | undefined;
  readonly modifiedOn?: number | undefined;
}

/**
 * All that COR has accepted for one user: entries by row id. Nothing that COR refused is ever in it. Days are
 * `YYYY-MM-DD`.
 */
export interface LedgerDocument {
  readonly schema: typeof SCHEMA;
  readonly user: string;
  readonly assignments: Readonly<Record<string, LedgerEntry>>;
  /**
   * The percentage per workspace that COR accepted last. Missing: not known, so COR has to be told
   * everything.
   */
  readonly told?: Readonly<Record<string, number>> | undefined;
  /** The day for which `told` was computed. */
  readonly asOf?: string | undefined;
  /** The next day on which a percentage may change, without any event. */
  readonly nextChange?: string | undefined;
  /**
   * Workspaces that the user once had and has no longer, each with the day on which that was noted. A call
   * that came late, or a try that crashed, may have attached any of them again; the next message that
   * re-asserts takes them away if COR shows them.
   */
  readonly released: Readonly<Record<string, string>>;
  readonly mark?: Mark | undefined;
  /**
   * Messages that first entered the queue before this time (UTC epoch ms) are old: the versions were
   * forgotten then.
   */
  readonly forgottenAt?: number | undefined;
}

/** `nextChange` of a document whose percentages stay as they are until an event comes. */
export const NEVER = 'never';

/** The document of a user of whom COR was never told anything. */
export function emptyDocument(user: string): LedgerDocument {
  return { schema: SCHEMA, user, assignments: {}, told: {}, released: {} };
}
