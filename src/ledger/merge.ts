import { changedEntry } from './changed-entry.ts';
import { copiedAssignments } from './copied-assignments.ts';
import { type EntryVersion, type LedgerDocument, type LedgerEntry, MAX_OPERATIONS } from './document.ts';
import { trim } from './trim.ts';
import {
  compareVersions,
  isTied,
  type SequencedChange,
  type Verdict,
  verdictOf,
  versionOf,
} from './verdict.ts';

function workspaceOf(entry: LedgerEntry | undefined): string | undefined {
  return entry?.state === 'assigned' ? entry.workspace : undefined;
}

/** The system jobs that were met in the recorded second, with that of the change. */
function operationsWith(
  one: SequencedChange,
  recorded: LedgerEntry | undefined,
): readonly string[] | undefined {
  const version = versionOf(one);
  if (version.number !== undefined || one.operation === undefined) return undefined;
  const met = recorded && isTied(version, recorded.version) ? (recorded.version.operations ?? []) : [];
  return [...met, one.operation].slice(-MAX_OPERATIONS);
}

/**
 * The version to record. A row that is gone keeps the last that was known of it, which may be that of a
 * tombstone that was dropped.
 */
function appliedVersion(one: SequencedChange, { assignments, mark }: LedgerDocument): EntryVersion {
  const recorded = assignments[one.change.record];
  if (one.change.basis?.kind === 'gone') return recorded?.version ?? { ...versionOf(one), ...mark };
  const operations = operationsWith(one, recorded);
  return { ...versionOf(one), ...(operations && { operations }) };
}

/**
 * What a repetition still teaches: a higher version of the same content, or of a row of which it is not
 * known where it ended.
 */
function raised(one: SequencedChange, recorded: LedgerEntry): LedgerEntry | undefined {
  const version = versionOf(one);
  if (recorded.state === 'deleted') {
    const isHigher = version.number !== undefined && version.number > (recorded.version.number ?? 0);
    return isHigher ? { ...recorded, version, gone: true } : undefined;
  }
  const isRead = one.change.basis?.kind === 'read';
  return isRead && compareVersions(version, recorded.version) > 0 ? { ...recorded, version } : undefined;
}

/** One more system job of the recorded second, where only those tell a repetition. */
function joined(one: SequencedChange, recorded: LedgerEntry): LedgerEntry | undefined {
  if (recorded.version.number !== undefined || !isTied(versionOf(one), recorded.version)) return undefined;
  const operations = operationsWith(one, recorded);
  return operations && { ...recorded, version: { ...recorded.version, operations } };
}

/** What a change that is not applied leaves of the entry; `undefined` when it stays as it is. */
function refreshed(
  one: SequencedChange,
  verdict: Verdict,
  recorded: LedgerEntry | undefined,
): LedgerEntry | undefined {
  if (recorded && verdict === 'repeated') return raised(one, recorded);
  return recorded && verdict === 'old' ? joined(one, recorded) : undefined;
}

/** The entry that a change leaves of its row; `undefined` when it stays as it is. */
function entryAfter(
  document: LedgerDocument,
  one: SequencedChange,
  verdict: Verdict,
  day: string,
): LedgerEntry | undefined {
  const recorded = document.assignments[one.change.record];
  return verdict === 'applied'
    ? changedEntry(one.change, appliedVersion(one, document), day)
    : refreshed(one, verdict, recorded);
}

/**
 * A document after some changes, and those of them of which only the row itself can tell whether they still
 * hold.
 */
export interface Merged {
  readonly document: LedgerDocument;
  readonly doubtful: ReadonlySet<SequencedChange>;
}

/**
 * The document after `changes`, in whatever order they come; the same object when they say nothing that is
 * not recorded. `day` is today,
 * `YYYY-MM-DD`. Pure: same document and same set of changes → same result.
 */
export function merge(
  document: LedgerDocument,
  changes: readonly SequencedChange[],
  day: string,
): LedgerDocument {
  return mergeAll(document, changes, day).document;
}

/** `merge`, with the changes that are in doubt when they meet the ones before them. */
export function mergeAll(document: LedgerDocument, changes: readonly SequencedChange[], day: string): Merged {
  const doubtful = new Set<SequencedChange>();
  let assignments: Record<string, LedgerEntry> | undefined;
  const left: Record<string, string> = {};
  for (const one of changes) {
    const current = assignments ? { ...document, assignments } : document;
    const verdict = verdictOf(current, one);
    if (verdict === 'doubtful') doubtful.add(one);
    const entry = entryAfter(current, one, verdict, day);
    if (!entry) continue;
    const workspace = workspaceOf(current.assignments[one.change.record]);
    if (workspace !== undefined && workspace !== workspaceOf(entry)) left[workspace] = day;
    assignments ??= copiedAssignments(document.assignments);
    assignments[one.change.record] = entry;
  }
  if (!assignments) return { document, doubtful };
  const released = { ...document.released, ...left };
  return { document: trim({ ...document, assignments, released }, day), doubtful };
}
