import { describe, expect, it } from 'vitest';
import type { AssignmentChange, ChangeBasis, RowVersion } from '../../src/dynamics/assignment-change.ts';
import { emptyDocument, type LedgerDocument, MAX_OPERATIONS } from '../../src/ledger/document.ts';
import { forgetVersions } from '../../src/ledger/forget-versions.ts';
import { merge } from '../../src/ledger/merge.ts';
import { type SequencedChange, type Verdict, verdictOf } from '../../src/ledger/verdict.ts';

const DAY = '2026-03-04';
const MINUTE = 60_000;
const READ: ChangeBasis = { kind: 'read' };

const put = (
  version: RowVersion,
  more: { workspace?: string; basis?: ChangeBasis } = {},
): AssignmentChange => ({
  kind: 'put',
  user: 'u',
  record: 'r',
  workspace: 'w',
  allocation: { percentage: 10 },
  version,
  ...more,
});

const remove = (
  version: RowVersion,
  why: 'deleted' | 'moved' = 'moved',
  basis: ChangeBasis = { kind: 'event' },
): AssignmentChange => ({ kind: 'remove', user: 'u', record: 'r', why, version, basis });

type Told = AssignmentChange | SequencedChange;

/** Without more said, one message after the other. */
function sequenced(all: readonly Told[]): SequencedChange[] {
  return all.map((one, index) =>
    'change' in one ? one : { change: one, sequence: index + 1, enqueuedAt: index + 1 },
  );
}

const recorded = (...before: Told[]): LedgerDocument => merge(emptyDocument('u'), sequenced(before), DAY);

/** The verdict on the last of them, after the others. */
function verdictOnLast(...all: Told[]): Verdict {
  const last = sequenced(all).at(-1);
  if (!last) throw new Error('No change at all.');
  return verdictOf(recorded(...all.slice(0, -1)), last);
}

describe('an event', () => {
  it.each<[string, Verdict, Told[]]>([
    ['of a row that is not known', 'applied', [put({ number: 1 })]],
    ['with a higher number', 'applied', [put({ number: 1 }), put({ number: 2 })]],
    ['with the same number', 'repeated', [put({ number: 1 }), put({ number: 1 })]],
    ['with a lower number', 'old', [put({ number: 2 }), put({ number: 1 })]],
    [
      'with a later time, where a number is missing',
      'applied',
      [put({ modifiedOn: 1_000 }), put({ modifiedOn: 2_000 })],
    ],
    ['with an earlier time', 'old', [put({ modifiedOn: 2_000 }), put({ number: 9, modifiedOn: 1_000 })]],
    [
      'with a number, of the second of one without',
      'applied',
      [put({ modifiedOn: 1_000 }), put({ number: 1, modifiedOn: 1_000 })],
    ],
    [
      'without a number, of the second of one with',
      'old',
      [put({ number: 1, modifiedOn: 1_000 }), put({ modifiedOn: 1_000 })],
    ],
  ])('%s is %s', (_what, verdict, all) => {
    expect(verdictOnLast(...all)).toBe(verdict);
  });

  it('of the same second without numbers is newer by its time of entry, whatever its sequence number: a queue can be made anew', () => {
    const first = { change: put({ modifiedOn: 1_000 }), sequence: 900, enqueuedAt: 5_000 };
    const second = { change: put({ modifiedOn: 1_000 }), sequence: 1, enqueuedAt: 6_000 };
    expect(verdictOnLast(first, second)).toBe('applied');
    expect(verdictOnLast(second, first)).toBe('old');
  });

  it('that is posted again after another of its second is known by its system job', () => {
    const change = (workspace: string) => put({ modifiedOn: 1_000 }, { workspace });
    const first = { change: change('one'), operation: 'job 1', sequence: 1, enqueuedAt: 1 };
    const second = { change: change('two'), operation: 'job 2', sequence: 2, enqueuedAt: 2 };
    const again = { ...first, sequence: 3, enqueuedAt: 3 };
    expect(verdictOnLast(first, second, again)).toBe('repeated');
    // Also when the first was old already: it was met, and its repetition is no news.
    expect(verdictOnLast(second, first, again)).toBe('repeated');
    expect(recorded(second, first, again).assignments.r).toMatchObject({ workspace: 'two' });
  });

  it('keeps the system jobs of one second only, of so many that a document stays small, and none where there are numbers', () => {
    const met = (modifiedOn: number, count: number) => ({
      change: put({ modifiedOn }),
      operation: `job ${modifiedOn}/${count}`,
      sequence: count,
      enqueuedAt: count,
    });
    const many = Array.from({ length: MAX_OPERATIONS + 5 }, (_, index) => met(1_000, index));
    expect(recorded(...many).assignments.r?.version.operations).toHaveLength(MAX_OPERATIONS);
    expect(recorded(...many, met(2_000, 1)).assignments.r?.version.operations).toEqual(['job 2000/1']);
    const numbered = { change: put({ number: 1 }), operation: 'job', sequence: 1 };
    expect(recorded(numbered).assignments.r?.version).toEqual({ number: 1, sequence: 1 });
  });
});

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

describe('a row that was read', () => {
  it.each<[string, Verdict, Told[]]>([
    [
      'says something else at the same version',
      'applied',
      [put({ number: 5 }), put({ number: 5 }, { workspace: 'x', basis: READ })],
    ],
    ['says the same', 'repeated', [put({ number: 5 }), put({ number: 5 }, { basis: READ })]],
    [
      'says the same at a higher version',
      'repeated',
      [put({ number: 5 }), put({ number: 6 }, { basis: READ })],
    ],
    [
      'was read before what is recorded',
      'old',
      [put({ number: 5 }), put({ number: 4 }, { workspace: 'x', basis: READ })],
    ],
    [
      'has a number, and what is recorded has none',
      'applied',
      [put({ modifiedOn: 1_000 }), put({ number: 4, modifiedOn: 1_000 }, { workspace: 'x', basis: READ })],
    ],
    ['no longer gives anything', 'applied', [put({ number: 5 }), remove({ number: 5 }, 'moved', READ)]],
  ])('and %s is %s', (_what, verdict, all) => {
    expect(verdictOnLast(...all)).toBe(verdict);
  });

  it('raises the version of what it repeats, so that an older event that comes late does not apply', () => {
    expect(
      verdictOnLast(
        put({ number: 5 }),
        put({ number: 7 }, { basis: READ }),
        put({ number: 6 }, { workspace: 'x' }),
      ),
    ).toBe('old');
  });
});

describe('a row that is gone (404)', () => {
  const gone = (seen?: Extract<ChangeBasis, { kind: 'gone' }>['seen']) =>
    remove({}, 'deleted', { kind: 'gone', seen });
  it.each<[string, Verdict, Told[]]>([
    ['is gone for a user of whom nothing was recorded', 'applied', [gone()]],
    [
      'takes away what was recorded when it was looked up',
      'applied',
      [put({ number: 5 }), gone({ number: 5, sequence: 1 })],
    ],
    ['leaves what came in later', 'old', [put({ number: 6 }), gone({ number: 5, sequence: 1 })]],
    ['leaves what came in when nothing had been recorded', 'old', [put({ number: 6 }), gone()]],
    ['is no news of one that was deleted', 'repeated', [remove({ number: 6 }, 'deleted'), gone()]],
    [
      'is not brought back by a late event',
      'old',
      [put({ number: 5 }), gone({ number: 5, sequence: 1 }), put({ number: 4 })],
    ],
    [
      'is read again when an event may be of a new life',
      'doubtful',
      [put({ number: 5 }), gone({ number: 5, sequence: 1 }), put({ number: 9 })],
    ],
    [
      'lives again when it can be read',
      'applied',
      [put({ number: 5 }), gone({ number: 5, sequence: 1 }), put({ number: 9 }, { basis: READ })],
    ],
  ])('%s: %s', (_what, verdict, all) => {
    expect(verdictOnLast(...all)).toBe(verdict);
  });
});

describe('versions that go back', () => {
  const recently = 100 * MINUTE;
  const now = { number: 5_000, modifiedOn: recently };
  const later = { number: 3_000, modifiedOn: recently + 11 * MINUTE };
  it.each<[string, Verdict, Told[]]>([
    ['a lower number, 11 minutes later', 'versionWentBack', [put(now), put(later)]],
    [
      'a lower number within what clocks differ',
      'old',
      [put(now), put({ number: 3_000, modifiedOn: recently + 10 * MINUTE })],
    ],
    ['over a tombstone', 'versionWentBack', [remove(now, 'deleted'), put(later)]],
    ['a delete', 'versionWentBack', [put(now), remove(later, 'deleted')]],
    ['a row that was read', 'versionWentBack', [put(now), put(later, { basis: READ })]],
    ['a lower number without any time', 'old', [put(now), put({ number: 3_000 })]],
  ])('%s: %s', (_what, verdict, all) => {
    expect(verdictOnLast(...all)).toBe(verdict);
  });

  it('count again once they are forgotten; what entered the queue before that is old, whatever its number', () => {
    const deleted = { ...remove(now, 'deleted'), record: 'deleted' };
    const forgotten = forgetVersions(recorded(put(now), deleted), 9_000);
    expect(Object.keys(forgotten.assignments)).toEqual(['r']);
    expect(forgotten.assignments.r).toMatchObject({ state: 'assigned', workspace: 'w' });
    expect(verdictOf(forgotten, { change: put(later), sequence: 3, enqueuedAt: 9_000 })).toBe('applied');
    expect(verdictOf(forgotten, { change: put({ number: 9_999 }), sequence: 4, enqueuedAt: 8_999 })).toBe(
      'old',
    );
    expect(forgetVersions(forgotten, 9_000)).toBe(forgotten);
    expect(forgetVersions(forgotten, 8_000)).toBe(forgotten);
    const never = recorded(put(now));
    expect(forgetVersions(never, 0)).toBe(never);
    expect(forgetVersions(forgotten, 9_001).forgottenAt).toBe(9_001);
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
