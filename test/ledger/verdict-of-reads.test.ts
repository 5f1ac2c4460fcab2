import { describe, expect, it } from 'vitest';
import type { ChangeBasis } from '../../src/dynamics/assignment-change.ts';
import type { Verdict } from '../../src/ledger/verdict.ts';
import { put, READ, remove, type Told, verdictOnLast } from './told.ts';

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
