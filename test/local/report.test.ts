import { expect, it } from 'vitest';
import { believedState, stateTable } from '../../local/report.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';

const rows = (table: string): string[][] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .slice(1)
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

it('puts what COR holds beside what the ledger says, whichever of them knows the user', async () => {
  const ledger = createMemoryLedger();
  const entry = {
    state: 'assigned',
    workspace: 'w1',
    allocation: { percentage: 20 },
    version: { sequence: 1 },
  } as const;
  await ledger.save({ ...emptyDocument('u1'), assignments: { r: entry } }, undefined);
  await ledger.save({ ...emptyDocument('lost by COR'), assignments: { r: entry } }, undefined);
  await ledger.save(emptyDocument('refused'), undefined);
  const believed = await believedState(ledger, percentageSchema.parse({}), '2026-03-04');
  const names = new Map([
    ['u1', 'Ada'],
    ['w1', 'Bridge'],
  ]);
  expect(rows(stateTable({ u1: { w1: 20, w2: 5 }, idle: {} }, believed, names, 80))).toEqual([
    ['Ada', 'Bridge', '20 %', '20 %'],
    ['Ada', 'w2', '5 %', '–'],
    ['idle', '(none)', '–', '–'],
    ['lost by COR', 'Bridge', '–', '20 %'],
  ]);
});
