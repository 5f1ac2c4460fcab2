import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { EntryVersion, LedgerDocument, LedgerEntry } from './document.ts';

/** A change of one user, with the sequence number under which its message first entered the queue. */
export interface SequencedChange {
  readonly change: AssignmentChange;
  readonly sequence: number;
}

/**
 * Is `candidate` newer than `recorded`? By `versionnumber` when both have it, else by `modifiedon`, else (the same second) by the
 * order of entry into the queue. Equal is not newer: a repeated message changes nothing.
 */
export function isNewer(candidate: EntryVersion, recorded: EntryVersion): boolean {
  if (candidate.number !== undefined && recorded.number !== undefined)
    return candidate.number > recorded.number;
  if (
    candidate.modifiedOn !== undefined &&
    recorded.modifiedOn !== undefined &&
    candidate.modifiedOn !== recorded.modifiedOn
  ) {
    return candidate.modifiedOn > recorded.modifiedOn;
  }
  return candidate.sequence > recorded.sequence;
}

function applies(
  change: AssignmentChange,
  version: EntryVersion,
  recorded: LedgerEntry | undefined,
): boolean {
  if (!recorded) return true;
  // A Dynamics row is never undeleted, and the pre image of a delete can carry a version that was already seen.
  if (recorded.state === 'deleted') return false;
  if (change.kind === 'remove' && change.why === 'deleted') return true;
  return isNewer(version, recorded.version);
}

/** Would `merge` change the document for these? Also `false` when they are repeated, or older than what is recorded. */
export function isNews(document: LedgerDocument, changes: readonly SequencedChange[]): boolean {
  return changes.some(({ change, sequence }) =>
    applies(change, { ...change.version, sequence }, document.assignments[change.record]),
  );
}

function entryOf(change: AssignmentChange, version: EntryVersion): LedgerEntry {
  if (change.kind === 'remove') return { state: change.why === 'deleted' ? 'deleted' : 'removed', version };
  const { workspace, workspaceName, allocation } = change;
  return {
    state: 'assigned',
    workspace,
    ...(workspaceName !== undefined && { workspaceName }),
    allocation,
    version,
  };
}

function workspaceOf(entry: LedgerEntry | undefined): string | undefined {
  return entry?.state === 'assigned' ? entry.workspace : undefined;
}

/**
 * The document after `changes`, in whatever order they come; the same object when none of them is news.
 * Pure: same document and same set of changes → same result.
 */
export function merge(document: LedgerDocument, changes: readonly SequencedChange[]): LedgerDocument {
  let assignments: Record<string, LedgerEntry> | undefined;
  const released = new Set(document.released);
  for (const { change, sequence } of changes) {
    const version: EntryVersion = { ...change.version, sequence };
    const recorded = (assignments ?? document.assignments)[change.record];
    if (!applies(change, version, recorded)) continue;
    assignments ??= { ...document.assignments };
    assignments[change.record] = entryOf(change, version);
    const left = workspaceOf(recorded);
    if (left !== undefined) released.add(left);
  }
  if (!assignments) return document;
  if (released.size > 0)
    for (const entry of Object.values(assignments)) released.delete(workspaceOf(entry) ?? '');
  return { ...document, assignments, released: [...released] };
}
