import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createClock, createRow } from '../../../local/events/row.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';
import { message } from './dataverse-rows.ts';

/** A table of the customer's own: COR's external ids as text, and a plain percentage. */
const MAPPING = {
  table: 'new_workspaceshare',
  user: { column: 'new_userid', take: 'value' },
  workspace: { column: 'new_workspaceid', take: 'value' },
  allocation: [{ rule: 'percentage', column: 'new_percentage' }],
};

const folder = mkdtempSync(join(tmpdir(), 'text-columns-'));
afterAll(() => rmSync(folder, { recursive: true }));
const mappingFile = join(folder, 'mapping.json');
writeFileSync(mappingFile, JSON.stringify(MAPPING));

const USER = 'OKTA-USER-12345';
const FIVE = 'Workspaces-example-5';
const SIX = 'Workspaces-example-6';

const stack = await startTestStack(
  {
    ledger: 'memory',
    env: { MAPPING: mappingFile, COR_CONCURRENCY: '1', COR_CREATE_MISSING_WORKSPACES: 'true' },
    cor: { users: [USER, 'busy'], workspaces: [FIVE, SIX] },
  },
  afterAll,
);

const clock = createClock(new Date('2026-05-04T08:00:00Z'), 100);
const selected = ['new_userid', 'new_workspaceid', 'new_percentage', 'statecode'];

const created = (user: string, workspace: string, percentage: number) =>
  message(
    `${user} on ${workspace}`,
    createRow({ table: MAPPING.table, selected }, clock, `${user} of ${workspace}`).create({
      new_userid: user,
      new_workspaceid: workspace,
      new_percentage: percentage,
    }),
  );

test("two events that wait together become the one request of COR's documentation", async () => {
  const { cor } = stack;
  // The only slot for COR calls is taken, so that both have to wait.
  cor.hold();
  await stack.send(created('busy', FIVE, 1));
  await cor.held();
  await stack.send(created(USER, FIVE, 10), created(USER, SIX, 20));
  await expect.poll(() => stack.broker.counts(QUEUE).locked).toBe(3);
  // The broker has handed them over; until both wait for the user takes the app a moment more.
  await delay(300);
  cor.release();
  const lines = await Promise.all([FIVE, SIX].map((workspace) => stack.ended(`${USER} on ${workspace}`)));

  const requests = cor.calls.filter(({ operation, id }) => operation !== 'token' && id !== 'busy');
  expect(requests.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    {
      method: 'PUT',
      path: '/v2/integrations/users/OKTA-USER-12345/attach',
      body: {
        workspaces: [
          { workspaceId: 'Workspaces-example-5', percentage: 10 },
          { workspaceId: 'Workspaces-example-6', percentage: 20 },
        ],
        metadata: { source: 'MICROSOFT_DYNAMICS' },
      },
    },
  ]);
  expect(requests[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'application/json',
  });
  expect(lines).toMatchObject([
    { outcome: 'succeeded', coalesced: 2, corCalls: 1 },
    { outcome: 'succeeded', coalesced: 2, corCalls: 1 },
  ]);
  expect(cor.state()[USER]).toEqual({ [FIVE]: 10, [SIX]: 20 });
});

test('the token request is the documented one, and one serves all calls', () => {
  const tokens = stack.cor.calls.filter(({ operation }) => operation === 'token');
  expect(tokens.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    { method: 'POST', path: '/v1/oauth/token?grant_type=client_credentials', body: undefined },
  ]);
});

test('a user id with any character is one segment of the path', async () => {
  for (const [index, id] of ['a/../b c', 'ünï%2F?#', "o'neil+1@work"].entries()) {
    stack.cor.addUser(id);
    const event = created(id, FIVE, 5);
    await stack.send({ ...event, messageId: `odd ${index}` });
    expect(await stack.ended(`odd ${index}`)).toMatchObject({ outcome: 'succeeded' });
    expect(stack.cor.state()[id]).toEqual({ [FIVE]: 5 });
  }
});

test('a workspace that COR does not know is created where the settings allow it', async () => {
  await stack.send(created(USER, 'Workspaces-example-7', 30));
  expect(await stack.ended(`${USER} on Workspaces-example-7`)).toMatchObject({ outcome: 'succeeded' });
  expect(stack.cor.state()[USER]).toEqual({ [FIVE]: 10, [SIX]: 20, 'Workspaces-example-7': 30 });
  const [creation] = stack.cor.calls.filter(({ operation }) => operation === 'createWorkspace');
  expect(creation).toMatchObject({
    method: 'POST',
    path: '/v2/integrations/workspaces',
    body: {
      id: 'Workspaces-example-7',
      name: 'Workspaces-example-7',
      metadata: { source: 'MICROSOFT_DYNAMICS' },
    },
  });
});
