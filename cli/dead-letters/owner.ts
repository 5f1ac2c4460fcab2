import type { AssignedEntry } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LedgerUnreadableError } from '../../src/ledger/parse-document.ts';

/** A user who has a row assigned in the ledger. */
export interface Owner {
  readonly user: string;
  readonly record: string;
  readonly entry: AssignedEntry;
}

/**
 * Looks through all documents for users who have the row. A document that cannot be read does not keep the
 * others from being seen.
 */
export async function findOwner(
  ledger: Ledger,
  record: string,
  onDocument: (read: number) => void,
): Promise<readonly Owner[]> {
  const owners: Owner[] = [];
  let read = 0;
  for await (const user of ledger.users()) {
    try {
      const entry = (await ledger.load(user)).document.assignments[record];
      if (entry?.state === 'assigned') owners.push({ user, record, entry });
    } catch (error) {
      if (!(error instanceof LedgerUnreadableError)) throw error;
    }
    read += 1;
    onDocument(read);
  }
  return owners;
}
