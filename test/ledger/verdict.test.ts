import { describe, expect, it } from 'vitest';
import { MAX_OPERATIONS } from '../../src/ledger/document.ts';
import { forgetVersions } from '../../src/ledger/forget-versions.ts';
import { type Verdict, verdictOf } from '../../src/ledger/verdict.ts';
import { MINUTE, put, READ, recorded, remove, type Told, verdictOnLast } from './told.ts';

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
