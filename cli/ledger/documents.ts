import type { LedgerDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LedgerUnreadableError } from '../../src/ledger/parse-document.ts';

/** The documents of users, and those that cannot be read. */
export interface Found {
  readonly documents: readonly LedgerDocument[];
  readonly unreadable: readonly { readonly user: string; readonly problem: string }[];
}

/** Every document that has an entry, by user. `onDocument` hears how many were read so far. */
export async function everyDocument(ledger: Ledger, onDocument: (read: number) => void): Promise<Found> {
  const documents: LedgerDocument[] = [];
  const unreadable: { user: string; problem: string }[] = [];
  let read = 0;
  for await (const user of ledger.users()) {
    try {
      const { document } = await ledger.load(user);
      // A document without entries only guarded a user against other instances while a message was refused.
      if (Object.keys(document.assignments).length > 0) documents.push(document);
    } catch (error) {
      // The others are to be seen all the same.
      if (!(error instanceof LedgerUnreadableError)) throw error;
      unreadable.push({ user, problem: error.message });
    }
    read += 1;
    onDocument(read);
  }
  return { documents: documents.sort((a, b) => a.user.localeCompare(b.user)), unreadable };
}

/** The document of one user; `undefined` when there is none. Throws `LedgerUnreadableError`. */
export async function oneDocument(ledger: Ledger, user: string): Promise<LedgerDocument | undefined> {
  const { document, etag } = await ledger.load(user);
  return etag === undefined ? undefined : document;
}
