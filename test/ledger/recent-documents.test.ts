import { expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { RecentDocuments } from '../../src/ledger/recent-documents.ts';

function documentWith(user: string, rows: number): LedgerDocument {
  const entries = Array.from({ length: rows }, (_, row) => [
    `r${row}`,
    { state: 'removed' as const, version: { sequence: 1 }, day: '2026-03-04' },
  ]);
  return { ...emptyDocument(user), assignments: Object.fromEntries(entries) };
}

it('keeps a document with its ETag for a second from the time that is given', () => {
  let now = 5_000;
  const recent = new RecentDocuments(() => now);
  const document = documentWith('u', 1);
  recent.keep({ document, etag: '"1"', at: 4_500 });
  expect(recent.get('u')).toMatchObject({ document, etag: '"1"', at: 4_500 });
  now = 5_500;
  expect(recent.get('u')).toBeDefined();
  now = 5_501;
  expect(recent.get('u')).toBeUndefined();
});

it('does not trust a clock that was set back', () => {
  let now = 5_000;
  const recent = new RecentDocuments(() => now);
  recent.keep({ document: documentWith('u', 1), etag: '"1"', at: now });
  now = 4_999;
  expect(recent.get('u')).toBeUndefined();
});

it('forgets what it is told to, and the oldest when they hold too many rows', () => {
  const recent = new RecentDocuments(() => 0);
  for (const user of ['a', 'b', 'c'])
    recent.keep({ document: documentWith(user, 8_000), etag: '"1"', at: 0 });
  expect(['a', 'b', 'c'].map((user) => recent.get(user) !== undefined)).toEqual([false, true, true]);
  recent.forget('b');
  expect(recent.get('b')).toBeUndefined();
  // What was forgotten leaves its room, and what is kept again is counted once.
  for (const etag of ['"2"', '"3"']) recent.keep({ document: documentWith('d', 8_000), etag, at: 0 });
  expect(['c', 'd'].map((user) => recent.get(user)?.etag)).toEqual(['"1"', '"3"']);
  recent.keep({ document: documentWith('huge', 30_000), etag: '"1"', at: 0 });
  expect(recent.get('huge')).toBeUndefined();
});
