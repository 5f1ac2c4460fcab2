import type { EntryVersion, LedgerDocument } from './document.ts';
import { compareVersions } from './verdict.ts';

/** Who has a row, by what version. */
interface Holder {
  readonly user: string;
  readonly version: EntryVersion;
}

/** A row that is assigned in the documents of several users, although Dynamics gives it to one. */
export interface RowInTwo {
  readonly record: string;
  /** The one with the newest version. */
  readonly newest: Holder;
  /** The others: the event that took the row from them was lost, or could not be used. */
  readonly older: readonly Holder[];
}

/**
 * Rows that stand in more than one document. An event names the user who has a row now and the one who had it
 * before; where that event is lost, nothing that comes later names the old one.
 */
export function rowsInTwo(documents: Iterable<LedgerDocument>): RowInTwo[] {
  const holders = new Map<string, Holder[]>();
  for (const { user, assignments } of documents) {
    for (const [record, entry] of Object.entries(assignments)) {
      if (entry.state !== 'assigned') continue;
      const holder = { user, version: entry.version };
      const found = holders.get(record);
      if (found) found.push(holder);
      else holders.set(record, [holder]);
    }
  }
  const rows: RowInTwo[] = [];
  for (const [record, found] of holders) {
    const [newest, ...older] = found.sort((a, b) => compareVersions(b.version, a.version));
    if (newest && older.length > 0) rows.push({ record, newest, older });
  }
  return rows;
}
