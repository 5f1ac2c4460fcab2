import { expect, it } from 'vitest';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { draftOf } from '../../src/sync/draft.ts';
import { endingOf } from '../../src/sync/request-ending.ts';
import type { UserRequest } from '../../src/sync/user-request.ts';
import { put, remove } from './one-instance.ts';

const asks = (change: UserRequest['changes'][number], sequence: number): UserRequest => ({
  changes: [change],
  sequence,
  redelivered: false,
});

it('a put that shares its work with a delete without a number, and comes behind it, is in doubt and not done', () => {
  const deleted = asks({ ...remove('r', 2, 'deleted'), version: {} }, 2);
  const later = asks(put('r', 'a', 50, 3), 3);
  const draft = draftOf(emptyDocument('u'), {
    requests: [deleted, later],
    touched: new Set(),
    reassert: false,
    look: false,
    rule: percentageSchema.parse({ window: 'always' }),
    day: '2026-03-04',
  });
  expect(draft.after.assignments.r).toMatchObject({ state: 'deleted' });
  expect(endingOf(later, draft)).toBe('doubtful');
  expect(endingOf(deleted, draft)).toBe('applied');
});
