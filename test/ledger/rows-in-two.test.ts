import { expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument, type LedgerEntry } from '../../src/ledger/document.ts';
import { rowsInTwo } from '../../src/ledger/rows-in-two.ts';

const assigned = (number: number | undefined, sequence = 1): LedgerEntry => ({
  state: 'assigned',
  workspace: 'w',
  allocation: { percentage: 5 },
  version: { ...(number !== undefined && { number }), sequence },
});
const of = (user: string, assignments: Record<string, LedgerEntry>): LedgerDocument => ({
  ...emptyDocument(user),
  assignments,
});

it('names a row that is assigned in several documents, and whose version is newest', () => {
  const documents = [
    of('a', { moved: assigned(3), own: assigned(9) }),
    of('b', { moved: assigned(7) }),
    of('c', { moved: assigned(5) }),
  ];
  const [row, ...others] = rowsInTwo(documents);
  expect(others).toEqual([]);
  expect(row?.record).toBe('moved');
  expect([row?.newest.user, ...(row?.older ?? []).map(({ user }) => user)]).toEqual(['b', 'c', 'a']);
});

it('goes by the entry into the queue where rows have no numbers', () => {
  const rows = rowsInTwo([of('a', { r: assigned(undefined, 8) }), of('b', { r: assigned(undefined, 9) })]);
  expect(rows.map(({ newest }) => newest.user)).toEqual(['b']);
});

it('knows that a tombstone is no assignment', () => {
  const gone: LedgerEntry = { state: 'removed', version: { number: 4, sequence: 2 }, day: '2026-03-04' };
  expect(rowsInTwo([of('a', { r: gone }), of('b', { r: assigned(3) })])).toEqual([]);
});
