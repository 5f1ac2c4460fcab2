import { expect, it } from 'vitest';
import type { Failure } from '../../src/failure.ts';
import { assignmentBody, USERS } from '../dead-letters/assignment-body.ts';
import { handleOne } from './handled-message.ts';

const RECORD = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';

/** A row that moves from Ada to Bob while its finish is emptied, so that Bob's part cannot be mapped. */
function movedWithoutFinish(): Buffer {
  const json = JSON.parse(assignmentBody(USERS.bob, RECORD).toString());
  const [post] = json.PostEntityImages;
  const attributes = (user: string, drop: string) =>
    post.value.Attributes.filter(({ key }: { key: string }) => key !== drop).map(
      (one: { key: string; value: object }) =>
        one.key === 'msdyn_bookableresourceid' ? { ...one, value: { ...one.value, Id: user } } : one,
    );
  const image = (key: string, user: string, drop: string) => [
    { key, value: { ...post.value, Attributes: attributes(user, drop) } },
  ];
  return Buffer.from(
    JSON.stringify({
      ...json,
      MessageName: 'Update',
      PreEntityImages: image('PreImage', USERS.ada, 'none'),
      PostEntityImages: image('PostImage', USERS.bob, 'msdyn_finish'),
    }),
  );
}

it('the part that can be applied is applied, then the message ends for the rest', async () => {
  const { submitted, lines, copies, deadLetters } = await handleOne({ body: movedWithoutFinish() });
  expect(submitted).toMatchObject([
    { user: USERS.ada, request: { changes: [{ kind: 'remove', user: USERS.ada, why: 'moved' }] } },
  ]);
  expect(deadLetters).toMatchObject([{ reason: 'MappingFailed' }]);
  expect(copies).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ outcome: 'deadlettered', deadLetterReason: 'MappingFailed' });
});

it('while that part is unavailable the whole message is retried', async () => {
  const failure: Failure = { service: 'storage', class: 'transient', code: 'X', description: 'away' };
  const { lines, deadLetters } = await handleOne({ body: movedWithoutFinish(), failure });
  expect(lines.at(-1)).toMatchObject({ outcome: 'retry' });
  expect(deadLetters).toEqual([]);
});
