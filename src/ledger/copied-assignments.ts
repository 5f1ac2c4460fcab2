import type { LedgerEntry } from './document.ts';

type Assignments = Readonly<Record<string, LedgerEntry>>;

/**
 * A copy that may be changed. Without a prototype it is a hash table from the start: row ids that come and go
 * would make V8 build a new class for each, which took most of the time of a merge.
 */
export function copiedAssignments(assignments: Assignments): Record<string, LedgerEntry> {
  return Object.assign(Object.create(null) as Record<string, LedgerEntry>, assignments);
}
