import { describe, expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument, type LedgerEntry } from '../../src/ledger/document.ts';
import { MAX_DAYS_KEPT, MAX_TOMBSTONES, trim } from '../../src/ledger/trim.ts';

const TODAY = '2026-03-31';
const LAST_DAY_KEPT = '2026-03-01';
const DAY_BEFORE = '2026-02-28';

const tombstone = (day: string, number: number | undefined, modifiedOn: number): LedgerEntry => ({
  state: 'removed',
  version: { number, modifiedOn, sequence: 1 },
  day,
});

const assigned = (workspace: string): LedgerEntry => ({
  state: 'assigned',
  workspace,
  allocation: { percentage: 10 },
  version: { number: 1, sequence: 1 },
});

const documentOf = (more: Partial<LedgerDocument>): LedgerDocument => ({ ...emptyDocument('u'), ...more });

describe('what a document need not remember', () => {
  it('is a tombstone of more than 30 days; the highest number and time among those that go stay as the mark', () => {
    expect(MAX_DAYS_KEPT).toBe(30);
    const { assignments, mark } = trim(
      documentOf({
        assignments: {
          a: tombstone(DAY_BEFORE, 5, 9_000),
          b: tombstone(DAY_BEFORE, 7, 8_000),
          c: tombstone(LAST_DAY_KEPT, 99, 99_000),
          d: assigned('W-1'),
        },
        mark: { number: 6 },
      }),
      TODAY,
    );
    expect(Object.keys(assignments)).toEqual(['c', 'd']);
    expect(mark).toEqual({ number: 7, modifiedOn: 9_000 });
  });

  it('is every tombstone beyond the newest 500, whatever its place', () => {
    const many = Array.from({ length: MAX_TOMBSTONES + 3 }, (_, index): [string, LedgerEntry] => [
      `r${index}`,
      tombstone(TODAY, 1_000 - index, 1),
    ]);
    const { assignments, mark } = trim(documentOf({ assignments: Object.fromEntries(many) }), TODAY);
    expect(Object.keys(assignments)).toHaveLength(MAX_TOMBSTONES);
    expect(assignments.r500).toBeUndefined();
    expect(assignments.r499).toBeDefined();
    expect(mark).toEqual({ number: 500, modifiedOn: 1 });
  });

  it('is a released workspace that is assigned again, or was released more than 30 days ago', () => {
    const { released } = trim(
      documentOf({
        assignments: { d: assigned('W-1') },
        released: { 'W-1': TODAY, 'W-2': LAST_DAY_KEPT, 'W-3': DAY_BEFORE },
      }),
      TODAY,
    );
    expect(released).toEqual({ 'W-2': LAST_DAY_KEPT });
  });
});
