import { DAY_MS } from '../duration.ts';
import { compareSequenceNumbers } from '../sequence-number.ts';
import { copiedAssignments } from './copied-assignments.ts';
import type { LedgerDocument, Mark, Tombstone } from './document.ts';

/** Days for which tombstones and released workspaces are kept. */
export const MAX_DAYS_KEPT = 30;
/** Tombstones of one user that are kept, the newest. */
export const MAX_TOMBSTONES = 500;

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

type Buried = readonly [record: string, tombstone: Tombstone];

/** Newest first; the record decides at last, so that the same entries always give the same document. */
function newestFirst([recordA, a]: Buried, [recordB, b]: Buried): number {
  if (a.day !== b.day) return a.day < b.day ? 1 : -1;
  const byNumber = (b.version.number ?? 0) - (a.version.number ?? 0);
  const byTime = (b.version.modifiedOn ?? 0) - (a.version.modifiedOn ?? 0);
  const bySequence = compareSequenceNumbers(b.version.sequence, a.version.sequence);
  return byNumber || byTime || bySequence || (recordA < recordB ? -1 : 1);
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function raised(mark: Mark | undefined, { version }: Tombstone): Mark {
  const number = higher(mark?.number, version.number);
  const modifiedOn = higher(mark?.modifiedOn, version.modifiedOn);
  return { ...(number !== undefined && { number }), ...(modifiedOn !== undefined && { modifiedOn }) };
}

/** The tombstones that are too many, or too old on `day`. */
function outdated(assignments: LedgerDocument['assignments'], day: string): Buried[] {
  const oldest = daysBefore(day, MAX_DAYS_KEPT);
  const old: Buried[] = [];
  const kept: Buried[] = [];
  for (const record of Object.keys(assignments)) {
    const entry = assignments[record];
    if (entry === undefined || entry.state === 'assigned') continue;
    (entry.day < oldest ? old : kept).push([record, entry]);
  }
  return kept.length > MAX_TOMBSTONES ? [...old, ...kept.sort(newestFirst).slice(MAX_TOMBSTONES)] : old;
}

/** Released workspaces that are not assigned again, and not for longer than is remembered. */
function stillReleased({ assignments, released }: LedgerDocument, day: string): Record<string, string> {
  const workspaces = Object.keys(released);
  if (workspaces.length === 0) return {};
  const oldest = daysBefore(day, MAX_DAYS_KEPT);
  const assigned = new Set<string>();
  for (const entry of Object.values(assignments))
    if (entry.state === 'assigned') assigned.add(entry.workspace);
  return Object.fromEntries(
    Object.entries(released).filter(([workspace, since]) => since >= oldest && !assigned.has(workspace)),
  );
}

/**
 * The document without what it need not remember on `day`: so it does not grow with the history of its user.
 * The highest version among the tombstones that go stays as `mark`: at or below it nothing is known of a row
 * that the document does not hold.
 */
export function trim(document: LedgerDocument, day: string): LedgerDocument {
  const released = stillReleased(document, day);
  const dropped = outdated(document.assignments, day);
  if (dropped.length === 0) return { ...document, released };
  const assignments = copiedAssignments(document.assignments);
  let { mark } = document;
  for (const [record, tombstone] of dropped) {
    delete assignments[record];
    mark = raised(mark, tombstone);
  }
  return { ...document, assignments, released, mark };
}
