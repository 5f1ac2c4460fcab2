import { describe, expect, it } from 'vitest';
import type { AssignmentChange, PutAssignment } from '../../src/dynamics/assignment-change.ts';
import { unsavable } from '../../src/ledger/changed-entry.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { merge } from '../../src/ledger/merge.ts';
import { parseDocument } from '../../src/ledger/parse-document.ts';

const DAY = '2026-03-04';

const put = (more: Partial<PutAssignment>): PutAssignment => ({
  kind: 'put',
  user: 'u',
  record: 'r',
  workspace: 'w',
  allocation: { hours: 8, start: DAY, finish: DAY },
  version: { number: 1 },
  ...more,
});

describe('a change whose document could not be read again', () => {
  it.each<[string, AssignmentChange, RegExp]>([
    [
      'a day before the year 1',
      put({ allocation: { hours: 8, start: '-000001-12-31', finish: DAY } }),
      /^\/allocation/,
    ],
    [
      'hours that are no number',
      put({ allocation: { hours: Number.NaN, start: DAY, finish: DAY } }),
      /^\/allocation/,
    ],
    ['an infinite percentage', put({ allocation: { percentage: Infinity } }), /^\/allocation/],
    ['no workspace', put({ workspace: '' }), /^\/workspace/],
    ['a version that is no number', put({ version: { number: Number.NaN } }), /^\/version\/number/],
    ['a user without a name', put({ user: '' }), /^\/user: is empty/],
    ['half a surrogate pair in the user', put({ user: 'u\ud83d' }), /^\/user: holds half a surrogate pair/],
    [
      'a user whose blob has no name',
      put({ user: 'é'.repeat(200) }),
      /^\/user: has more than 1013 characters/,
    ],
    ['a removal too', { kind: 'remove', user: '', record: 'r', why: 'moved', version: {} }, /^\/user/],
  ])('%s is told beforehand', (_what, change, problem) => {
    expect(unsavable(change)).toMatch(problem);
  });

  it.each<[string, AssignmentChange]>([
    ['hours', put({})],
    ['an open percentage', put({ allocation: { percentage: 12.5, start: DAY } })],
    ['half a surrogate pair in a name', put({ workspaceName: 'n\ud83d' })],
    [
      'a resolved user',
      put({ source: '3f2b8c1e-6d0a-4b9e-9a55-0c1d2e3f4a5b', user: `${'é'.repeat(168)}abcde` }),
    ],
    ['a removal', { kind: 'remove', user: 'u', record: 'r', why: 'deleted', version: {} }],
  ])('%s is saved and read again', (_what, change) => {
    expect(unsavable(change)).toBeUndefined();
    const document = merge(emptyDocument(change.user), [{ change, sequence: 1 }], DAY);
    expect(parseDocument(JSON.stringify(document), change.user, 'here', DAY)).toEqual(document);
  });
});
