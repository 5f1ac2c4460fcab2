import { emptyDocument, type LedgerDocument } from './document.ts';
import type { Ledger } from './ledger.ts';
import { parseDocument } from './parse-document.ts';
import { utcToday } from './today.ts';

/** Keeps the documents in this process, as text like the real store. For tests, benchmarks and try-outs: it forgets on exit. */
export function createMemoryLedger(): Ledger {
  const stored = new Map<string, { json: string; etag: string }>();
  let saves = 0;
  return {
    async load(user) {
      const found = stored.get(user);
      if (!found) return { document: emptyDocument(user), etag: undefined };
      return { document: parseDocument(found.json, user, 'in memory', utcToday()), etag: found.etag };
    },
    async save(document: LedgerDocument, etag) {
      if (stored.get(document.user)?.etag !== etag) return 'conflict';
      saves += 1;
      stored.set(document.user, { json: JSON.stringify(document), etag: `"${saves}"` });
      return 'saved';
    },
    async *users() {
      yield* stored.keys();
    },
    async check() {},
  };
}
