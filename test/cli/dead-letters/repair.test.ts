import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { decode } from '../../../src/dynamics/decode.ts';
import { translate } from '../../../src/dynamics/translate.ts';
import { createBlobLedger } from '../../../src/ledger/blob-ledger.ts';
import { emptyDocument, type LedgerDocument } from '../../../src/ledger/document.ts';
import { assignmentBody, PROJECT, USERS } from '../../dead-letters/assignment-body.ts';
import { mapping, startFixture } from '../../dead-letters/dead-letter-fixture.ts';
import { cliFor } from './run-cli.ts';

const [OWNED, FREE, TWICE] = [1, 2, 3].map((n) => `5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e000${n}`) as [
  string,
  string,
  string,
];

let storage: LocalStorage;
beforeAll(async () => {
  storage = await startLocalStorage();
  const ledger = createBlobLedger({ connectionString: storage.connectionString });
  const entry = {
    state: 'assigned',
    workspace: PROJECT,
    allocation: { percentage: 20 },
    version: { number: 4711, modifiedOn: Date.UTC(2026, 0, 5), sequence: 3 },
  } as const;
  const document = (user: string, assignments: LedgerDocument['assignments']) =>
    ledger.save({ ...emptyDocument(user), assignments }, undefined);
  await document(USERS.ada, { [OWNED]: entry, [TWICE]: entry });
  await document(USERS.bob, { [TWICE]: entry });
});
afterAll(() => storage.stop());

/** The event of a deleted row whose step was registered without the pre-image. */
function deletion(record: string): Buffer {
  const {
    InputParameters: _,
    PostEntityImages: __,
    ...context
  } = JSON.parse(assignmentBody(USERS.ada, record).toString());
  return Buffer.from(
    JSON.stringify({ ...context, MessageName: 'Delete', InputParameters: [], PostEntityImages: [] }),
  );
}

async function startDeletions() {
  const fixture = await startFixture();
  await fixture.deadLetter([
    { messageId: 'owned', body: deletion(OWNED), contentType: 'application/json', reason: 'MissingImage' },
    { messageId: 'free', body: deletion(FREE), contentType: 'application/json', reason: 'MissingImage' },
    { messageId: 'twice', body: deletion(TWICE), contentType: 'application/json', reason: 'MissingImage' },
    { messageId: 'other', body: assignmentBody(USERS.ada, OWNED), reason: 'CorValidation' },
  ]);
  const env = { LedgerStorage: storage.connectionString };
  return { ...fixture, cli: cliFor(fixture.broker, { env }) };
}

test('repair sends the event of a deleted row again, with the pre-image that the ledger can tell', async () => {
  const { cli, takeQueue, peekDeadLetters } = await startDeletions();
  const said = `Takes row ${OWNED} from user ${USERS.ada}, workspace ${PROJECT}.\n`;
  const dry = await cli('repair', '1', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stdout: said });
  expect(dry.stderr).toMatch(/^Ledger in storage account \w+\nNothing was changed\.\n$/);
  expect(await peekDeadLetters()).toHaveLength(4);

  const done = await cli('repair', '1', '--yes');
  expect(done).toMatchObject({ code: 0, stdout: `${said}Repaired and replayed 1 of 1 dead letters.\n` });
  expect((await peekDeadLetters()).map(({ messageId }) => messageId)).toEqual(['free', 'twice', 'other']);
  const [sent] = await takeQueue();
  expect(sent).toMatchObject({
    messageId: 'owned',
    contentType: 'application/json',
    applicationProperties: { corReplayed: true },
  });
  const decoded = decode(sent?.body as Uint8Array, { contentType: 'application/json' });
  expect(decoded.outcome === 'decoded' && translate(decoded.context, mapping)).toEqual({
    outcome: 'apply',
    changes: [
      {
        kind: 'remove',
        user: USERS.ada,
        record: OWNED,
        workspace: PROJECT,
        why: 'deleted',
        version: { number: 4711, modifiedOn: Date.UTC(2026, 0, 5) },
      },
    ],
  });
});

test.each([
  ['2', /No user has row .* in the ledger: COR has nothing of it\. Discard/],
  ['3', /is assigned to 2 users in the ledger/],
  ['4', /#4 is no deleted row without its pre-image \(CorValidation, Create\)/],
  ['99', /There is no dead letter #99\./],
])('repair %s says why it cannot, and changes nothing', async (number, problem) => {
  const { cli, broker, peekDeadLetters } = await startDeletions();
  const result = await cli('repair', number, '--yes');
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(problem);
  expect(await peekDeadLetters()).toHaveLength(4);
  expect(broker.counts('assignments').active).toBe(0);
});
