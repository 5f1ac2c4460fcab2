import type { Connection } from '../connection.ts';
import { type BlobStoreOptions, createBlobStore } from './blob-store.ts';
import type { Ledger } from './ledger.ts';
import { createStoredLedger, type OperationListener } from './stored-ledger.ts';

export interface BlobLedgerOptions extends BlobStoreOptions {
  readonly onOperation?: OperationListener;
}

/** The ledger in Azure Blob Storage, guarded by ETags. */
export function createBlobLedger(connection: Connection, options: BlobLedgerOptions = {}): Ledger {
  return createStoredLedger(createBlobStore(connection, options), options.onOperation);
}
