import type { Ledger } from './ledger.ts';
import { createMemoryStore } from './memory-store.ts';
import { createStoredLedger } from './stored-ledger.ts';

/**
 * Keeps the documents in this process, as text like the real store. For tests, benchmarks and try-outs: it
 * forgets on exit.
 */
export function createMemoryLedger(): Ledger {
  return createStoredLedger(createMemoryStore());
}
