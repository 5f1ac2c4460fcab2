import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import { ORGANIZATION, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { connector as runConnector } from '../../cli/run-connector.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';

/** COR does not know Jo. */
const KNOWN = Object.values(RESOURCES).filter(({ name }) => name !== RESOURCES.jo.name);
const TABLE = 'msdyn_resourceassignment';

const dataverse = await startLocalDataverse({ rows: 'samples' });
afterAll(() => dataverse.close());

const DATAVERSE = { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token };
const stack = await startTestStack(
  {
    env: { ...DATAVERSE, UNMAPPED_GRACE: '0s' },
    cor: {
      users: KNOWN.map(({ id, name }, index) => ({ id, name, email: `p${index}@example.com` })),
      workspaces: Object.values(PROJECTS).map(({ id, name }) => ({ id, name })),
    },
  },
  afterAll,
);
const [app] = stack.hosts as [HostProcess];
const env = stack.settings({ queue: QUEUE, env: DATAVERSE });

const command = (...args: string[]) => runConnector(['reconcile', ...args], { env });

/** What Dynamics says, summed up as nothing but who is in which project. */
function wanted(): Record<string, string[]> {
  const pairs = dataverse
    .rows(TABLE)
    .filter(
      (row) => row.statecode === 0 && typeof row.msdyn_finish === 'string' && row.msdyn_finish > '2026-02',
    )
    .map((row) => [String(row._msdyn_bookableresourceid_value), String(row._msdyn_projectid_value)] as const)
    .filter(([user]) => KNOWN.some(({ id }) => id === user));
  const users = Object.groupBy(pairs, ([user]) => user);
  return Object.fromEntries(
    Object.entries(users).map(([user, rows = []]) => [user, [...new Set(rows.map(([, id]) => id))].sort()]),
  );
}

const inCor = (): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(stack.cor.state())
      .map(([user, held]) => [user, Object.keys(held).sort()] as const)
      .filter(([, held]) => held.length > 0),
  );

const quiet = () =>
  expect
    .poll(() => stack.broker.counts(QUEUE), { timeout: 15_000 })
    .toMatchObject({ active: 0, scheduled: 0 });

async function runTimer(name: string): Promise<Readonly<Record<string, unknown>>> {
  const seen = stack.lines.length;
  const headers = { 'x-functions-key': app.functionsKey, 'content-type': 'application/json' };
  const answer = await fetch(`${app.httpUrl}/admin/functions/${name}`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect(answer.status).toBe(202);
  return stack.line((line) => stack.lines.indexOf(line) >= seen && String(line.evt).startsWith('reconcile.'));
}

async function get(path: string): Promise<Record<string, unknown>> {
  const headers = { 'x-functions-key': app.functionsKey };
  return (await fetch(`${app.httpUrl}/api/${path}`, { headers })).json() as Promise<Record<string, unknown>>;
}

beforeAll(() => expect(stack.cor.state()).toEqual(Object.fromEntries(KNOWN.map(({ id }) => [id, {}]))));

test('the first load: plan says what differs and changes nothing, apply does it, then plan says equal', async () => {
  const plan = await command('plan');
  expect(plan.code).toBe(1);
  expect(plan.stderr).toContain(`Table ${TABLE} of 127.0.0.1`);
  expect(plan.stdout).toContain('missingInLedger');
  expect(stack.broker.counts(QUEUE)).toMatchObject({ active: 0, deadLetter: 0 });

  expect((await command('apply')).code).toBe(2);
  const apply = await command('apply', '--yes');
  expect({ code: apply.code, text: apply.stderr }).toMatchObject({ code: 0 });
  await quiet();
  await expect.poll(inCor).toEqual(wanted());

  const after = await command('plan', '--json');
  const { counts } = JSON.parse(after.stdout) as { counts: Record<string, number> };
  // Jo's row is refused by COR: it waits as a dead letter.
  const letters = stack.broker.counts(QUEUE).deadLetter;
  expect(counts).toMatchObject({ missingInLedger: 0, staleInLedger: 0, notTold: 0 });
  expect(counts.held).toBe(letters);
  expect(after.code).toBe(0);
});

test('the timer finds what a lost event did not tell', async () => {
  const row = dataverse
    .rows(TABLE)
    .find((one) => one.statecode === 0 && one._msdyn_bookableresourceid_value === RESOURCES.robin.id);
  const id = String(row?.msdyn_resourceassignmentid);
  dataverse.update(TABLE, id, { msdyn_bookableresourceid: RESOURCES.kim.id }, { withEvent: false });
  const line = await runTimer('reconcile');
  expect(line).toMatchObject({
    evt: 'reconcile.finished',
    movedInDynamics: 1,
    missingInLedger: 1,
    messages: 2,
  });
  await quiet();
  await expect.poll(inCor).toEqual(wanted());

  const details = await get('health/details');
  expect(details.lastRun).toMatchObject({ run: line.run, messages: 2, by: 'timer' });
  const { runs, latest } = await get('reconcile');
  expect(runs).toContain(line.run);
  expect(latest).toMatchObject({ run: line.run });
  expect(await get(`reconcile?run=${line.run}`)).toMatchObject({ run: line.run, rows: expect.any(Number) });
  const anybody = await fetch(`${app.httpUrl}/api/reconcile`);
  expect(anybody.status).toBe(401);
});

test('removals that are held are sent once somebody has allowed them', async () => {
  const ids = Array.from({ length: 25 }, (_, index) =>
    dataverse.create(
      TABLE,
      {
        msdyn_bookableresourceid: RESOURCES.sam.id,
        msdyn_projectid: PROJECTS.lantern.id,
        msdyn_effort: 1 + index / 10,
        msdyn_start: '2026-03-02T08:00:00Z',
        msdyn_finish: '2026-03-06T17:00:00Z',
      },
      { withEvent: false },
    ),
  );
  await runTimer('reconcile');
  await quiet();
  await expect.poll(inCor).toEqual(wanted());
  for (const id of ids) dataverse.delete(TABLE, id, { withEvent: false });
  const before = inCor();
  const { run, held } = await runTimer('reconcile');
  expect(held).toBeGreaterThanOrEqual(25);
  await quiet();
  expect(inCor()).toEqual(before);
  expect((await command('plan')).code).toBe(1);

  const report = await command('report', String(run));
  expect(report.code).toBe(0);
  expect(report.stdout).toContain(ids[0]);
  const allowed = await command('allow', String(run), '--yes');
  expect({ code: allowed.code, text: allowed.stderr }).toMatchObject({ code: 0 });
  await quiet();
  await expect.poll(inCor).toEqual(wanted());
  expect((await command('plan')).code).toBe(0);
  expect((await command('allow', String(run), '--yes')).code).toBe(1);
});

test('one row, and one user', async () => {
  const row = dataverse.rows(TABLE).find((one) => one._msdyn_bookableresourceid_value === RESOURCES.kim.id);
  const id = String(row?.msdyn_resourceassignmentid);
  dataverse.update(TABLE, id, { msdyn_effort: 1.5 }, { withEvent: false });
  expect((await command('row', id, '--yes')).code).toBe(0);
  await quiet();
  expect((await command('plan')).code).toBe(0);
  dataverse.update(TABLE, id, { msdyn_effort: 2.5 }, { withEvent: false });
  expect((await command('user', RESOURCES.kim.id, '--yes')).code).toBe(0);
  await quiet();
  expect((await command('plan')).code).toBe(0);
});

test('what goes wrong is said, with its exit code', async () => {
  const away = { env: { ...env, DATAVERSE_URL: 'http://127.0.0.1:9' } };
  expect((await runConnector(['reconcile', 'plan'], away)).code).toBe(3);
  const deaf = { env: { ...env, DATAVERSE_URL: '' } };
  expect(await runConnector(['reconcile', 'plan'], deaf)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('DATAVERSE_URL'),
  });
  const other = { env: { ...env, DATAVERSE_ORGANIZATION_ID: RESOURCES.jo.id } };
  expect(await runConnector(['reconcile', 'plan'], other)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(ORGANIZATION.id),
  });
  expect((await command('row', 'nonsense', '--yes')).code).toBe(2);
  expect((await command('report', 'nonsense')).code).toBe(2);
  dataverse.set({ missingPrivileges: ['prvReadmsdyn_resourceassignment'] });
  expect(await runTimer('reconcile')).toMatchObject({
    evt: 'reconcile.failed',
    dependency: 'dataverse',
    httpStatus: 403,
  });
  dataverse.set({ missingPrivileges: [] });
});
