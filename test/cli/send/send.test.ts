import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalLog } from '../../../local/local-log.ts';
import { writeStackFile } from '../../../local/stack-file.ts';
import { sandboxAndClient, USER } from '../../cor/connect.ts';
import { QUEUE, startFixture } from '../../dead-letters/dead-letter-fixture.ts';
import { connector, temporaryFolder } from '../run-connector.ts';

/** A local stack whose connector is this test: it attaches what is good, after one more try, and gives up what is bad. */
async function startStack(): Promise<string> {
  const project = temporaryFolder();
  const [{ broker, client }, { sandbox, client: cor }] = await Promise.all([
    startFixture(),
    sandboxAndClient(),
  ]);
  const write = openLocalLog(project);
  const settings = {
    ServiceBusConnection: broker.connectionString,
    ServiceBusQueueName: QUEUE,
    COR_BASE_URL: sandbox.baseUrl,
  };
  writeStackFile(project, { 'resource-assignment': settings });
  for (const name of ['good.json', 'bad.json']) writeFileSync(join(project, name), '{}');
  const receiver = client.createReceiver(QUEUE, { skipParsingBodyAsJson: true });
  receiver.subscribe(
    {
      async processMessage(message) {
        const messageId = String(message.messageId);
        const log = (line: object) => write('resource-assignment', { messageId, ...line });
        if (messageId.startsWith('bad')) {
          const deadLetter = {
            deadLetterReason: 'NotJson',
            deadLetterErrorDescription: 'Find who sends it.',
          };
          await receiver.deadLetterMessage(message, deadLetter);
          log({ evt: 'message.deadlettered', deadLetterReason: 'NotJson' });
          return;
        }
        log({ evt: 'message.retried', delayMs: 1_000, errorCode: 'ZC001' });
        await cor.attach(USER, [{ workspaceId: 'w-1', percentage: 40 }]);
        await receiver.completeMessage(message);
        log({ evt: 'message.completed', outcome: 'succeeded' });
      },
      processError: async () => {},
    },
    { autoCompleteMessages: false },
  );
  return project;
}

test('send waits, and says how each event ended and what changed in COR', async () => {
  const project = await startStack();
  const good = await connector(['send', 'good.json'], { project });
  expect(good).toEqual({
    code: 0,
    stdout: `good.json\n  succeeded\n  COR: user ${USER}, workspace w-1: attached with 40 %\n`,
    stderr: `Queue ${QUEUE} of the local stack\n  tried again in 1 s: ZC001\n`,
  });
  const both = await connector(['send', 'good.json', 'bad.json'], { project });
  expect(both).toMatchObject({
    code: 1,
    stdout:
      'good.json\n  succeeded\n  COR: nothing changed\nbad.json\n  dead letter NotJson #3\n  Find who sends it.\n',
  });
});

test.each([
  [['send', 'no-such.json', '--preset', 'resource-assignment'], /"no-such\.json" cannot be read \(ENOENT\)/],
  [
    ['send', 'good.json', '--preset', 'other'],
    /--preset: the local stack has resource-assignment, no other\./,
  ],
])('%j is wrong use', async (args, message) => {
  const { code, stderr } = await connector(args, { project: await startStack() });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test('without a local stack it says how to start one', async () => {
  const { code, stderr } = await connector(['send', 'x.json']);
  expect(stderr).toMatch(/^No local stack is running: start it with "npm start"/);
  expect(code).toBe(2);
});
