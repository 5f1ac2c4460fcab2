import { describe, expect, it } from 'vitest';
import type { AssignmentChange } from '../../src/dynamics/assignment-change.ts';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { type Verdict, verdictOf } from '../../src/ledger/verdict.ts';
import { put, READ, remove, type Told, verdictOnLast } from './told.ts';

describe('a row id that lives again', () => {
  const deleted = [put({ number: 1_000 }), remove({ number: 1_000 }, 'deleted')];
  it.each<[string, Verdict, Told[]]>([
    ['a put of the second life', 'applied', [...deleted, put({ number: 2_000 })]],
    ['a removal of the second life', 'applied', [...deleted, remove({ number: 2_000 })]],
    ['a late put of the first', 'old', [...deleted, put({ number: 999 })]],
    ['a put without a number', 'old', [...deleted, put({ modifiedOn: 9_000_000 })]],
    ['the delete again', 'repeated', [...deleted, remove({ number: 1_000 }, 'deleted')]],
    [
      'the delete of the second life, before its puts',
      'applied',
      [...deleted, remove({ number: 2_000 }, 'deleted')],
    ],
    [
      'a late delete of the first life',
      'old',
      [put({ number: 2_000 }), remove({ number: 1_000 }, 'deleted')],
    ],
    [
      'a row that was read before it was deleted',
      'old',
      [...deleted, put({ number: 1_000 }, { basis: READ })],
    ],
    [
      'a row that was read after it was restored',
      'applied',
      [...deleted, put({ number: 2_000 }, { basis: READ })],
    ],
    [
      'a row that was read, where the delete had no number',
      'applied',
      [remove({}, 'deleted'), put({ number: 1 }, { basis: READ })],
    ],
    [
      'a put with a number, where the delete had none',
      'doubtful',
      [remove({}, 'deleted'), put({ number: 1 })],
    ],
    [
      'a delete without a number, of an earlier time',
      'old',
      [put({ number: 5, modifiedOn: 9_000 }), remove({ modifiedOn: 8_000 }, 'deleted')],
    ],
    [
      'a delete without a number, of the time that is recorded',
      'applied',
      [put({ number: 5, modifiedOn: 9_000 }), remove({ modifiedOn: 9_000 }, 'deleted')],
    ],
  ])('%s is %s', (_what, verdict, all) => {
    expect(verdictOnLast(...all)).toBe(verdict);
  });
});

describe('a row that the document no longer knows, because its tombstone may have been dropped', () => {
  const marked: LedgerDocument = { ...emptyDocument('u'), mark: { number: 50, modifiedOn: 5_000 } };
  it.each<[string, Verdict, AssignmentChange]>([
    ['a put at the mark', 'doubtful', put({ number: 50 })],
    ['a put above it', 'applied', put({ number: 51 })],
    ['a put without a number, of its time', 'doubtful', put({ modifiedOn: 5_000 })],
    ['a put without a number, of a later time', 'applied', put({ modifiedOn: 5_001 })],
    ['a put without any version', 'doubtful', put({})],
    ['a row that was read', 'applied', put({ number: 3 }, { basis: READ })],
    ['a removal', 'old', remove({ number: 50 })],
    ['a removal above the mark', 'applied', remove({ number: 51 })],
  ])('%s is %s', (_what, verdict, change) => {
    expect(verdictOf(marked, { change, sequence: 1 })).toBe(verdict);
  });
});
