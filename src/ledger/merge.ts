import { changedEntry } from './changed-entry.ts';
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

function appliedVersion(one: SequencedChange, recorded: LedgerEntry | undefined): EntryVersion {
  const operations = operationsWith(one, recorded);
  return { ...versionOf(one), ...(operations && { operations }) };
}

/** What a change that is not applied still teaches: a higher version of the same content, or one more system job of the second. */
function refreshed(
  one: SequencedChange,
  verdict: Verdict,
  recorded: LedgerEntry | undefined,
): LedgerEntry | undefined {
  if (!recorded) return undefined;
  const version = versionOf(one);
  if (verdict === 'repeated' && one.change.basis?.kind === 'read') {
    if (recorded.state === 'deleted' || compareVersions(version, recorded.version) <= 0) return undefined;
    return { ...recorded, version };
  }
  if (verdict !== 'old' || !isTied(version, recorded.version) || recorded.version.number !== undefined)
    return undefined;
  const operations = operationsWith(one, recorded);
  return operations && { ...recorded, version: { ...recorded.version, operations } };
}

/** The entry that a change leaves of its row; `undefined` when it stays as it is. */
function entryAfter(document: LedgerDocument, one: SequencedChange, day: string): LedgerEntry | undefined {
  const recorded = document.assignments[one.change.record];
  const verdict = verdictOf(document, one);
  return verdict === 'applied'
    ? changedEntry(one.change, appliedVersion(one, recorded), day)
    : refreshed(one, verdict, recorded);
}

/** Would `merge` change what is assigned for these? */
export function isNews(document: LedgerDocument, changes: readonly SequencedChange[]): boolean {
  return changes.some((one) => verdictOf(document, one) === 'applied');
}

/**
 * The document after `changes`, in whatever order they come; the same object when they say nothing that is not recorded. `day` is today,
 * `YYYY-MM-DD`. Pure: same document and same set of changes → same result.
 */
export function merge(
  document: LedgerDocument,
  changes: readonly SequencedChange[],
  day: string,
): LedgerDocument {
  let assignments: Record<string, LedgerEntry> | undefined;
  const left: Record<string, string> = {};
  for (const one of changes) {
    const current = assignments ? { ...document, assignments } : document;
    const entry = entryAfter(current, one, day);
    if (!entry) continue;
    const workspace = workspaceOf(current.assignments[one.change.record]);
    if (workspace !== undefined && workspace !== workspaceOf(entry)) left[workspace] = day;
    assignments ??= { ...document.assignments };
    assignments[one.change.record] = entry;
  }
  if (!assignments) return document;
  return trim({ ...document, assignments, released: { ...document.released, ...left } }, day);
}
