import type { Connection } from '../connection.ts';
import { createBlobStore } from './blob-store.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryStore } from './memory-store.ts';
import { createNamedDocuments, type NamedDocuments } from './named-documents.ts';
import { createStoredLedger } from './stored-ledger.ts';

export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly documents: NamedDocuments;
}

/** The ledger that the settings name, and the documents that stand beside it. */
export function openLedger(connection: Connection | 'memory'): OpenedLedger {
  const store = connection === 'memory' ? createMemoryStore() : createBlobStore(connection);
  return { ledger: createStoredLedger(store), documents: createNamedDocuments(store) };
}
