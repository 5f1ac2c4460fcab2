import { expect, it } from 'vitest';
import { emptyDocument, type LedgerEntry } from '../../src/ledger/document.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';

function entry(row: number): LedgerEntry {
  return {
    state: 'assigned',
    workspace: `workspace-${row}`,
    workspaceName: 'A name that takes its room, as names of projects do',
    allocation: { hours: 20, start: '2026-03-02', finish: '2026-03-27' },
    version: { number: row, modifiedOn: 1_772_445_600_000, sequence: row },
  };
}

it.each([
  [100, false],
  [5_000, true],
])('what waits in the event loop comes before whoever has read %i rows: %s', async (rows, comesBefore) => {
  const ledger = createMemoryLedger();
  const assignments = Object.fromEntries(
    Array.from({ length: rows }, (_, row) => [`row-${row}`, entry(row)]),
  );
  await ledger.save({ ...emptyDocument('u'), assignments }, undefined);
  let came = false;
  setImmediate(() => {
    came = true;
  });
  const { document } = await ledger.load('u');
  expect(came).toBe(comesBefore);
  expect(Object.keys(document.assignments)).toHaveLength(rows);
});
