import { expect, it } from 'vitest';
import { assignmentBody } from '../dead-letters/assignment-body.ts';
import { handleOne } from './handled-message.ts';

const body = (MessageName: string) => {
  const json = JSON.parse(
    assignmentBody('1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0001', '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001').toString(),
  );
  return Buffer.from(JSON.stringify({ ...json, MessageName }));
};

it.each([
  ['UpdateMultiple', 'Update'],
  ['CreateMultiple', 'Create'],
  ['Upsert', 'Create and Update'],
  ['DeleteMultiple', 'Delete'],
])('a step on %s is skipped, and the line says which to register: %s', async (message, step) => {
  const { lines } = await handleOne({ body: body(message) });
  expect(lines).toMatchObject([
    {
      evt: 'message.completed',
      outcome: 'skipped',
      skipReason: 'unreadMessage',
      operation: message,
      reason: expect.stringContaining(`Register the step on ${step} of msdyn_resourceassignment`),
    },
  ]);
});

it('another skip gives no advice', async () => {
  const { lines } = await handleOne({ body: body('Assign') });
  expect(lines).toMatchObject([{ skipReason: 'otherMessage' }]);
  expect(lines[0]).not.toHaveProperty('reason');
});
