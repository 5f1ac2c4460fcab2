import { randomUUID } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataverseBody } from '../../../local/histories/dataverse-body.ts';
import { withDeadLetters } from '../../../src/dead-letters/dead-letters.ts';
import { replay } from '../../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../../src/dead-letters/selection.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { createBlobLedger } from '../../../src/ledger/blob-ledger.ts';
import { percentagesOn } from '../../../src/ledger/percentages.ts';
import { readSettings } from '../../../src/settings.ts';
import { QUEUE, startTestStack, type TestStack } from '../test-stack.ts';

const MODIFIED_ON = Date.UTC(2026, 2, 1);

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ env: { MAPPING: 'project-team', UNMAPPED_GRACE: '0s' } }, afterAll);
}, 60_000);

const ledger = () => createBlobLedger({ connectionString: stack.storage?.connectionString ?? '' });

async function believed(user: string): Promise<Record<string, number>> {
  const { document } = await ledger().load(user);
  const found = percentagesOn(document.assignments, loadMapping('project-team').percentage, '2026-03-04');
  return Object.fromEntries([...found].map(([id, { percentage }]) => [id, percentage]));
}

/** Sends that a row now gives the project to the user, and waits for the end of the message. */
async function put(
  messageId: string,
  row: { record: string; user: string; project: string; percentage: number; version: number | undefined },
): Promise<Record<string, unknown>> {
  const { record, user, project, percentage, version } = row;
  await stack.send({
    messageId,
    contentType: 'application/json',
    body: dataverseBody({
      record,
      message: 'Create',
      before: undefined,
      after: { user, project, share: { percentage }, active: true },
      versions: { before: undefined, after: version },
      // Every state in the same second: without a version only the order in the queue tells them apart.
      modifiedOn: { before: MODIFIED_ON, after: MODIFIED_ON },
    }),
  });
  return stack.ended(messageId);
}

describe('an old dead letter that is replayed after newer events', () => {
  test.each([
    { with: 'versions', versions: [7, 8] },
    { with: 'nothing but the order in the queue', versions: [undefined, undefined] },
  ])('changes nothing newer, with $with', async ({ versions: [older, newer] }) => {
    const { cor, broker } = stack;
    const [user, record, late, current] = Array.from({ length: 4 }, () => randomUUID()) as [
      string,
      string,
      string,
      string,
    ];
    cor.addUser(user);
    cor.addWorkspace(current);
    const old = `old ${user}`;
    expect(await put(old, { record, user, project: late, percentage: 30, version: older })).toMatchObject({
      deadLetterReason: 'CorEntityNotMapped',
    });
    await put(`new ${user}`, { record, user, project: current, percentage: 50, version: newer });
    const stored = await ledger().load(user);

    cor.addWorkspace(late);
    const settings = readSettings(stack.settings({ queue: QUEUE }));
    const seen = stack.lines.length;
    const settled = await withDeadLetters(settings, async (letters) =>
      replay(letters, await selectDeadLetters(letters, {}), { signal: new AbortController().signal }),
    );
    expect(settled).toMatchObject({ done: 1, ended: 'finished' });
    const line = await stack.line(
      (one) => stack.lines.indexOf(one) >= seen && one.messageId === old && one.outcome !== undefined,
    );
    expect(line).toMatchObject({ outcome: 'duplicate', replayed: true });
    expect(cor.state()[user]).toEqual({ [current]: 50 });
    expect(await believed(user)).toEqual({ [current]: 50 });
    // An earlier try may have attached it: the next assertion takes it away where COR shows it.
    const released = { [late]: expect.any(String) };
    expect((await ledger().load(user)).document).toEqual({ ...stored.document, released });
    expect(broker.counts(QUEUE).deadLetter).toBe(0);
  });
});

test('a ledger document that cannot be read holds up its own user only, until it is mended', async () => {
  const { cor, storage } = stack;
  const [user, other, project] = Array.from({ length: 3 }, () => randomUUID()) as [string, string, string];
  for (const id of [user, other]) cor.addUser(id);
  cor.addWorkspace(project);
  const blob = BlobServiceClient.fromConnectionString(storage?.connectionString ?? '')
    .getContainerClient('cor-ledger')
    .getBlockBlobClient(`users/${user}.json`);
  await blob.upload('{"schema":1,', 12);

  const stopped = put(`stopped ${user}`, { record: randomUUID(), user, project, percentage: 20, version: 1 });
  const row = { record: randomUUID(), user: other, project, percentage: 40, version: 1 };
  expect(await put(`other ${other}`, row)).toMatchObject({ outcome: 'succeeded' });

  const retried = await stack.line(
    ({ evt, messageId }) => evt === 'message.retried' && messageId === `stopped ${user}`,
  );
  expect(retried).toMatchObject({
    dependency: 'storage',
    errorCode: 'LedgerUnreadable',
    errorClass: 'transient',
  });
  const said = await stack.line(({ evt }) => evt === 'ledger.unreadable');
  expect(said).toMatchObject({
    correlationId: retried.correlationId,
    reason: expect.stringContaining('is not JSON'),
  });
  expect(JSON.stringify(said)).not.toContain(user);
  expect(cor.state()[user]).toEqual({});

  await blob.delete();
  const mended = setInterval(() => stack.skip(60_000), 100);
  expect(await stopped.finally(() => clearInterval(mended))).toMatchObject({ outcome: 'succeeded' });
  expect(cor.state()).toMatchObject({ [user]: { [project]: 20 }, [other]: { [project]: 40 } });
});
