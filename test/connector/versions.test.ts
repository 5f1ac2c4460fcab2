import { expect, it } from 'vitest';
import { dataverseBody } from '../../local/histories/dataverse-body.ts';
import type { RowEvent } from '../../local/histories/history.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { encodeUserMessage, USER_MESSAGE_TYPE } from '../../src/messaging/user-message.ts';
import { startConnector } from './one-connector.ts';

const USER = '1d6c1a52-0a65-4c58-9c2b-000000000001';
const PROJECT = '5b0f9f4e-3c86-4d0c-b4a4-000000000001';
const RECORD = '9ae32124-1da4-4dcb-ab74-000000000001';
const START = Date.UTC(2026, 2, 4, 8);
const MINUTE = 60_000;

/** The row with a percentage, as an update of a version. */
function update(percentage: number, number: number, modifiedOn: number): Buffer {
  const row = { user: USER, project: PROJECT, share: { percentage }, active: true };
  const event: RowEvent = {
    record: RECORD,
    message: 'Update',
    before: row,
    after: row,
    versions: { before: number - 1, after: number },
    modifiedOn: { before: modifiedOn, after: modifiedOn },
  };
  return dataverseBody(event);
}

async function setUp() {
  const one = await startConnector({
    users: [USER],
    workspaces: [PROJECT],
    settings: { COR_TODAY: '2026-03-04', MAPPING: 'project-team' },
  });
  return { ...one, held: () => one.sandbox.state()[USER]?.[PROJECT] };
}

it('of a restored environment are skipped with a warning until they are forgotten, and count again from then on', async () => {
  const { handle, held } = await setUp();
  await handle(update(10, 5_000, START), START);
  const restored = update(20, 3_000, START + 60 * MINUTE);
  expect(await handle(restored, START + 60 * MINUTE)).toMatchObject({
    level: 'warn',
    outcome: 'skipped',
    skipReason: 'versionWentBack',
    recordId: RECORD,
    reason: expect.stringMatching(/restored from a backup.*ledger forget-versions/),
  });
  expect(held()).toBe(10);

  const run = new Date(START + 90 * MINUTE).toISOString();
  const forget = encodeUserMessage({
    schema: 1,
    why: 'forget',
    user: USER,
    changes: [],
    reassert: false,
    run,
  });
  await handle(forget.body, START + 91 * MINUTE, USER_MESSAGE_TYPE);
  expect(held()).toBe(10);

  // It waited while the versions were forgotten, and is of the time before the backup.
  expect(await handle(update(30, 6_000, START + MINUTE), START + MINUTE)).toMatchObject({
    outcome: 'duplicate',
  });
  expect(held()).toBe(10);
  expect(await handle(update(20, 3_001, START + 92 * MINUTE), START + 92 * MINUTE)).toMatchObject({
    outcome: 'succeeded',
  });
  expect(held()).toBe(20);
});

it('too old to be told end as a dead letter that says to look at the row', async () => {
  const { handle, held, ledger } = await setUp();
  await ledger.save({ ...emptyDocument(USER), mark: { number: 9_000, modifiedOn: START } }, undefined);
  expect(await handle(update(10, 5_000, START - MINUTE), START)).toMatchObject({
    outcome: 'deadlettered',
    deadLetterReason: 'TooOld',
  });
  expect(held()).toBeUndefined();
  expect(await handle(update(10, 9_001, START + MINUTE), START)).toMatchObject({ outcome: 'succeeded' });
  expect(held()).toBe(10);
});
