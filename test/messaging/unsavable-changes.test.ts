import { expect, it } from 'vitest';
import type { PutAssignment, RemoveAssignment } from '../../src/dynamics/assignment-change.ts';
import { withoutUnsavable } from '../../src/messaging/unsavable-changes.ts';

const removal: RemoveAssignment = { kind: 'remove', user: 'u1', record: 'r', why: 'moved', version: {} };
const put = (user: string): PutAssignment => ({
  kind: 'put',
  user,
  record: 'r',
  workspace: 'w',
  allocation: { percentage: 10 },
  version: {},
});

it('applies the removal and refuses the put for a user whose document could not be named', () => {
  const settled = { outcome: 'apply', changes: [removal, put('u\ud83d')] } as const;
  expect(withoutUnsavable(settled)).toEqual({
    outcome: 'apply',
    changes: [removal],
    rest: {
      outcome: 'deadLetter',
      reason: 'MappingFailed',
      description: expect.stringMatching(/^Row r: .*\/user: holds half a surrogate pair\. Mend the row/),
    },
  });
});

it('refuses a message that has nothing else', () => {
  expect(withoutUnsavable({ outcome: 'apply', changes: [put('')] })).toMatchObject({
    reason: 'MappingFailed',
  });
});

it('leaves everything else as it is', () => {
  const settled = { outcome: 'apply', changes: [removal, put('u2')] } as const;
  expect(withoutUnsavable(settled)).toBe(settled);
  const skipped = { outcome: 'skip', reason: 'unassigned' } as const;
  expect(withoutUnsavable(skipped)).toBe(skipped);
});
