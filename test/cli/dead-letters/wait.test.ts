import { expect, test } from 'vitest';
import { drafts, QUEUE, startFixture } from '../../dead-letters/dead-letter-fixture.ts';
import { cliFor } from './run-cli.ts';

test('replay --wait follows the copies to their end and says which came back', async () => {
  const { broker, client, deadLetter } = await startFixture();
  await deadLetter(drafts(5));
  const receiver = client.createReceiver(QUEUE, { skipParsingBodyAsJson: true });
  const again = new Set(['m1', 'm3']);
  // A connector that takes three of them, gives one up, and tries one again a little later with a copy of its own.
  const sender = client.createSender(QUEUE);
  receiver.subscribe(
    {
      async processMessage(message) {
        const id = String(message.messageId);
        if (id === 'm3') {
          again.delete(id);
          const { body, messageId = '', applicationProperties = {} } = message;
          if (!applicationProperties.corAttempt)
            await sender.sendMessages({
              body,
              messageId,
              applicationProperties: { ...applicationProperties, corAttempt: 1 },
              scheduledEnqueueTimeUtc: new Date(Date.now() + 1_500),
            });
        }
        if (again.has(id))
          await receiver.deadLetterMessage(message, {
            deadLetterReason: 'CorRejected',
            deadLetterErrorDescription: '',
          });
        else await receiver.completeMessage(message);
      },
      processError: async () => {},
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 1 },
  );
  const { code, stdout } = await cliFor(broker)('replay', '--all', '--wait');
  await receiver.close();
  const [replayed, ended, , back] = stdout.split('\n');
  expect([replayed, ended]).toEqual([
    'Replayed 5 of 5 dead letters.',
    '4 of 5 are done, 1 came back as dead letters.',
  ]);
  expect(back).toMatch(/^\d+\tCorRejected\t/);
  expect(code).toBe(1);
  expect(broker.counts(QUEUE)).toMatchObject({ active: 0, deadLetter: 1 });
});
