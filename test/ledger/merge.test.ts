import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssignmentChange, RowVersion } from '../../src/dynamics/assignment-change.ts';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { merge } from '../../src/ledger/merge.ts';
import { compareVersions, type SequencedChange } from '../../src/ledger/verdict.ts';

const TODAY = '2026-03-04';

const put = (record: string, version: RowVersion, percentage = 10): AssignmentChange => ({
  kind: 'put',
  user: 'u',
  record,
  workspace: 'w',
  allocation: { percentage },
  version,
});

const remove = (
  record: string,
  version: RowVersion,
  why: 'deleted' | 'moved' = 'moved',
): AssignmentChange => ({
  kind: 'remove',
  user: 'u',
  record,
  why,
  version,
});

const merged = (...changes: [AssignmentChange, number][]) =>
  merge(
    emptyDocument('u'),
    changes.map(([change, sequence]) => ({ change, sequence })),
    TODAY,
  );

describe('which of two versions is newer', () => {
  it.each([
    [
      'versionnumber decides when both have it',
      { number: 2, modifiedOn: 1, sequence: 1 },
      { number: 1, modifiedOn: 9, sequence: 9 },
      true,
    ],
    ['an equal versionnumber is a repetition', { number: 2, sequence: 9 }, { number: 2, sequence: 1 }, false],
    [
      'modifiedon decides when one has no versionnumber',
      { number: 1, modifiedOn: 2, sequence: 1 },
      { modifiedOn: 1, sequence: 9 },
      true,
    ],
    [
      'the queue decides within one second',
      { modifiedOn: 1, sequence: 2 },
      { modifiedOn: 1, sequence: 1 },
      true,
    ],
    ['the queue decides when nothing else is known', { sequence: 1 }, { sequence: 2 }, false],
  ])('%s', (_why, candidate, recorded, newer) => {
    expect(compareVersions(candidate, recorded) > 0).toBe(newer);
  });
});

describe('merging changes into a document', () => {
  it('takes the newer of two states of a row, whichever comes first', () => {
    expect(
      merged([put('r', { number: 1 }, 10), 1], [put('r', { number: 2 }, 20), 2]).assignments.r,
    ).toMatchObject({ allocation: { percentage: 20 } });
    expect(
      merged([put('r', { number: 2 }, 20), 1], [put('r', { number: 1 }, 10), 2]).assignments.r,
    ).toMatchObject({ allocation: { percentage: 20 } });
  });

  it('keeps a row that moved away from coming back by an older event, and lets it come back by a newer one', () => {
    expect(merged([remove('r', { number: 2 }), 1], [put('r', { number: 1 }), 2]).assignments.r).toMatchObject(
      {
        state: 'removed',
      },
    );
    expect(merged([remove('r', { number: 2 }), 1], [put('r', { number: 3 }), 2]).assignments.r).toMatchObject(
      {
        state: 'assigned',
      },
    );
  });

  it('keeps a deleted row deleted until a higher number says that it was restored under its id', () => {
    const deleted = [remove('r', { number: 5 }, 'deleted'), 1] as const;
    expect(merged([...deleted], [put('r', { number: 5 }), 2]).assignments.r?.state).toBe('deleted');
    expect(merged([...deleted], [put('r', { modifiedOn: 9_000 }), 2]).assignments.r?.state).toBe('deleted');
    expect(merged([...deleted], [put('r', { number: 6 }), 2]).assignments.r?.state).toBe('assigned');
  });

  it('takes a delete whose pre image is as old as what is recorded, and none of an earlier life', () => {
    const recorded = [put('r', { number: 9 }), 1] as const;
    expect(merged([...recorded], [remove('r', { number: 9 }, 'deleted'), 2]).assignments.r?.state).toBe(
      'deleted',
    );
    expect(merged([...recorded], [remove('r', { number: 8 }, 'deleted'), 2]).assignments.r?.state).toBe(
      'assigned',
    );
  });

  it('gives back the same object when nothing is news', () => {
    const document = merged([put('r', { number: 5 }), 1]);
    const repeated = [{ change: put('r', { number: 5 }), sequence: 2 }];
    expect(merge(document, repeated, TODAY)).toBe(document);
  });

  it('leaves the document that it was given as it was', () => {
    const document = merged([put('r', { number: 5 }), 1]);
    const copy = structuredClone(document);
    merge(document, [{ change: put('r', { number: 6 }, 99), sequence: 2 }], TODAY);
    expect(document).toEqual(copy);
  });
});

/**
 * Changes of two rows. A row has one state per version, so with `versionnumber` the content follows from the number; without it two
 * states can share a second.
 */
function changes(withNumber: boolean): fc.Arbitrary<SequencedChange[]> {
  const one = fc.record({
    record: fc.constantFrom('r1', 'r2'),
    version: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom('put' as const, 'moved' as const, 'deleted' as const),
  });
  return fc.array(one, { maxLength: 8 }).map((all) =>
    all.map(({ record, version, kind }, index) => {
      const at: RowVersion = withNumber ? { number: version } : { modifiedOn: version * 1_000 };
      const settled = withNumber && kind !== 'deleted' ? (version % 3 === 0 ? 'moved' : 'put') : kind;
      const change = settled === 'put' ? put(record, at, version * 7) : remove(record, at, settled);
      return { change, sequence: index + 1 };
    }),
  );
}

/** What matters of a document: with `versionnumber` the same state may have come from any of its repetitions. */
function meaning(document: LedgerDocument, withNumber: boolean): unknown {
  const entries = Object.entries(document.assignments).map(([record, entry]) => {
    if (entry.state === 'deleted') return [record, 'deleted'];
    return [record, withNumber ? { ...entry, version: entry.version.number } : entry];
  });
  return Object.fromEntries(entries);
}

describe.each([true, false])('merging, with versionnumber: %s', (withNumber) => {
  const shuffles = changes(withNumber).chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );

  it('does not depend on order, repetition or grouping', () => {
    fc.assert(
      fc.property(shuffles, ([all, shuffled]) => {
        const oneByOne = [...shuffled, ...all].reduce(
          (document, one) => merge(document, [one], TODAY),
          emptyDocument('u'),
        );
        expect(meaning(oneByOne, withNumber)).toEqual(
          meaning(merge(emptyDocument('u'), all, TODAY), withNumber),
        );
      }),
    );
  });
});
