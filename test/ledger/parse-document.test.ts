import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/ledger/parse-document.ts';

const read = (document: unknown) =>
  parseDocument(JSON.stringify(document), 'u', 'users/u.json', '2026-03-04');

const version = { number: 7, modifiedOn: 1_772_000_000_000, sequence: 3 };
const assigned = { state: 'assigned', workspace: 'W-1', allocation: { percentage: 25 }, version };

describe('a stored document', () => {
  it('of the first schema is upgraded: days from today, and nothing is known of what COR was told', () => {
    const first = {
      schema: 1,
      user: 'u',
      assignments: { a: assigned, b: { state: 'removed', version }, c: { state: 'deleted', version } },
      released: ['W-0', 'W-9'],
    };
    expect(read(first)).toEqual({
      schema: 2,
      user: 'u',
      assignments: {
        a: assigned,
        b: { state: 'removed', version, day: '2026-03-04' },
        c: { state: 'deleted', version, day: '2026-03-04' },
      },
      released: { 'W-0': '2026-03-04', 'W-9': '2026-03-04' },
    });
  });

  it('of today is read with all its members', () => {
    const document = {
      schema: 2,
      user: 'u',
      assignments: {
        a: {
          ...assigned,
          workspaceName: 'Apollo',
          allocation: { percentage: 25, start: '2026-03-02', finish: '2026-03-31' },
          version: { modifiedOn: 1, enqueuedAt: 2, sequence: 3, operations: ['one', 'two'] },
          source: 'resource-1',
        },
        b: { state: 'deleted', version, day: '2026-02-11' },
      },
      told: { 'W-1': 25 },
      asOf: '2026-03-04',
      nextChange: 'never',
      released: { 'W-0': '2026-02-11' },
      mark: { number: 5, modifiedOn: 6 },
      forgottenAt: 7,
    };
    expect(read(document)).toEqual(document);
  });

  it.each([
    [
      'a newer schema',
      { schema: 3, user: 'u' },
      /has schema 3, this version of the connector reads schema 2/,
    ],
    ['no schema', { user: 'u', assignments: {}, released: {} }, /damaged at \/schema/],
    [
      'a tombstone without a day',
      { schema: 2, user: 'u', assignments: { a: { state: 'removed', version } }, released: {} },
      /damaged at \/assignments\/a\/day/,
    ],
    [
      'days that are none',
      { schema: 2, user: 'u', assignments: {}, released: {}, nextChange: 'soon' },
      /damaged at \/nextChange/,
    ],
    [
      'the list of the first schema',
      { schema: 2, user: 'u', assignments: {}, released: [] },
      /damaged at \/released/,
    ],
  ])('with %s is refused', (_what, document, message) => {
    expect(() => read(document)).toThrow(message);
  });
});
