import type { Mapping } from '../../../src/dynamics/mapping.ts';
import { emptyDocument } from '../../../src/ledger/document.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { merge } from '../../../src/ledger/merge.ts';
import { nextChange } from '../../../src/ledger/next-change.ts';
import { percentagesOn } from '../../../src/ledger/percentages.ts';
import { inParallel } from '../../../src/reconcile/in-parallel.ts';
import { readTable, type TableQuery } from '../../../src/reconcile/read-table.ts';

/** Saves for every user what the rows say, as if all had gone through the queue on `day`. */
export async function fillLedger(
  query: TableQuery,
  ledger: Ledger,
  mapping: Mapping,
  day: string,
): Promise<void> {
  const rows = await readTable(query);
  await inParallel(rows.users(), 16, async (user) => {
    const changes = rows.of(user).map((change) => ({ change, sequence: 1, enqueuedAt: Date.now() }));
    const merged = merge(emptyDocument(user), changes, day);
    const wanted = percentagesOn(merged.assignments, mapping.percentage, day);
    const told = Object.fromEntries([...wanted].map(([id, { percentage }]) => [id, percentage]));
    const next = nextChange(merged.assignments, mapping.percentage, day);
    await ledger.save({ ...merged, told, asOf: day, nextChange: next }, undefined);
  });
}
