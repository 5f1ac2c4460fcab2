import { expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { release } from '../../src/ledger/released.ts';

const document: LedgerDocument = {
  ...emptyDocument('u'),
  assignments: {
    r: { state: 'assigned', workspace: 'a', allocation: { percentage: 5 }, version: { sequence: 1 } },
  },
  released: { b: '2026-03-01' },
};

it('notes workspaces with the day, but for those that are assigned', () => {
  const { released } = release(document, new Set(['a', 'b', 'c']), '2026-03-04');
  expect(released).toEqual({ b: '2026-03-04', c: '2026-03-04' });
});

it('is the same document when nothing is new, so that nothing has to be saved', () => {
  expect(release(document, new Set(), '2026-03-04')).toBe(document);
  expect(release(document, new Set(['a', 'b']), '2026-03-01')).toBe(document);
});
