import type { Connection } from '../connection.ts';
import { createBlobLedger } from './blob-ledger.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryLedger } from './memory-ledger.ts';

/** The ledger that the settings name. */
export function openLedger(ledger: Connection | 'memory'): Ledger {
  return ledger === 'memory' ? createMemoryLedger() : createBlobLedger(ledger);
}
