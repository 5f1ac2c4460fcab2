import { afterAll, expect, test } from 'vitest';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { startTestStack } from '../test-stack.ts';
import { memberRow, message, project, share, user } from './dataverse-rows.ts';

const someone = user('health');
const on = project('health');
const WRONG_SECRET = 'a-secret-that-is-not-the-right-one';
const NOBODY_LISTENS = 'http://127.0.0.1:9/devstoreaccount1';

const stack = await startTestStack(
  { env: { MAPPING: 'project-team' }, cor: { users: [someone.id], workspaces: [on.id] } },
  afterAll,
);

const storage = stack.storage?.connectionString ?? '';
const PAUSED = 'paused';
stack.broker.createQueue({ name: PAUSED });

/** A report is kept for ten seconds, so each state of health has a process of its own. */
const [well] = stack.hosts as [HostProcess];
const [ill, paused] = await Promise.all([
  stack.startApp({
    queue: 'nowhere',
    env: {
      MAPPING: 'project-team',
      COR_CLIENT_SECRET: WRONG_SECRET,
      AzureWebJobsStorage: storage.replace(/BlobEndpoint=[^;]+/, `BlobEndpoint=${NOBODY_LISTENS}`),
    },
  }),
  stack.startApp({ queue: PAUSED, env: { MAPPING: 'project-team' } }),
]);

async function get(host: HostProcess, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${host.httpUrl}/api/${path}`, { headers });
  return { status: response.status, text: await response.text() };
}

async function details(host: HostProcess) {
  const { status, text } = await get(host, 'health/details', { 'x-functions-key': host.functionsKey });
  return { status, text, report: JSON.parse(text) as Record<string, unknown> };
}

const ok = (name: string) => ({ name, status: 'ok', durationMs: expect.any(Number) });
const failed = (name: string, error: RegExp) => ({
  name,
  status: 'failed',
  durationMs: expect.any(Number),
  error: expect.stringMatching(error),
});

test('anybody is told whether all is well, and nothing else', async () => {
  expect(await get(well, 'health')).toEqual({ status: 200, text: '{"status":"ok"}' });
  expect(await get(ill, 'health')).toEqual({ status: 503, text: '{"status":"degraded"}' });
});

test('details need a function key', async () => {
  expect(await get(well, 'health/details')).toEqual({ status: 401, text: '' });
  expect(await get(well, 'health/details', { 'x-functions-key': 'guessed' })).toEqual({
    status: 401,
    text: '',
  });
  const { status, report } = await details(well);
  expect(status).toBe(200);
  expect(report).toEqual({ status: 'ok', checks: ['settings', 'cor', 'storage', 'queue'].map(ok) });
});

test('refused credentials, storage that cannot be reached and a queue that is not there are named, with what to look at', async () => {
  const { status, report } = await details(ill);
  expect(status).toBe(503);
  expect(report).toEqual({
    status: 'degraded',
    pause: 'COR refuses the credentials',
    checks: [
      ok('settings'),
      failed(
        'cor',
        /COR refused the API key or its secret \(HTTP 401\).*Check COR_API_KEY and COR_CLIENT_SECRET/,
      ),
      failed('storage', /The ledger storage .*Check the storage account/),
      failed('queue', /^The namespace has no such queue, topic or subscription\.$/),
    ],
  });
});

test('who asks often causes no more calls', async () => {
  stack.cor.clearCalls();
  const reports = await Promise.all(Array.from({ length: 20 }, () => details(ill)));
  expect(new Set(reports.map(({ text }) => text)).size).toBe(1);
  expect(stack.cor.calls).toEqual([]);
});

test('a COR that gives a token and refuses the calls is no good health; the pause is told', async () => {
  stack.cor.set({ forbid: true });
  // One user alone may be the reason itself.
  await stack.client
    .createSender(PAUSED)
    .sendMessages(
      ['paused', 'paused too'].map((id) => message(id, memberRow(id).create(share(user(id), on, 20)))),
    );
  await Promise.all(
    ['paused', 'paused too'].map((id) =>
      stack.line(({ evt, messageId }) => evt === 'message.retried' && messageId === id),
    ),
  );
  expect((await details(paused)).report).toMatchObject({
    status: 'degraded',
    pause: 'COR refuses the credentials',
    checks: [
      ok('settings'),
      failed('cor', /^No calls are made: COR refuses the credentials\. Last error: .*HTTP 403/),
      ok('storage'),
      ok('queue'),
    ],
  });
  stack.cor.set({ forbid: false });
});

test('the log tells what failed, and no answer and no line tells a secret', async () => {
  await stack.send(message('health', memberRow('health').create(share(someone, on, 10))));
  expect(await stack.ended('health')).toMatchObject({ outcome: 'succeeded' });
  const told = stack.lines.filter(({ evt }) => evt === 'health.degraded').map(({ reason }) => reason);
  expect(told).toEqual(['cor, storage, queue', 'cor']);
  const hosts = [well, ill, paused];
  const answers = (await Promise.all(hosts.map(details))).map(({ text }) => text);
  const accountKey = /AccountKey=([^;]+)/.exec(storage)?.[1] ?? 'none';
  const secrets = [
    WRONG_SECRET,
    stack.cor.clientSecret,
    stack.cor.apiKey,
    accountKey,
    'SharedAccessKey',
    'eyJ',
  ];
  for (const text of [stack.text(), ...answers])
    for (const secret of [...secrets, ...hosts.map(({ functionsKey }) => functionsKey)])
      expect(text).not.toContain(secret);
});

test('an app whose settings do not fit does not start, and says which', async () => {
  const env = { COR_API_KEY: '', RETRY_WINDOW: 'soon', COR_CLIENT_SECRET: WRONG_SECRET };
  const refusal = await stack
    .startApp({ queue: 'nowhere', env })
    .then(String, (error: Error) => error.message);
  expect(refusal).toMatch(
    /^The Functions host did not start: .*nothing was started\. COR_API_KEY: should be .* \| RETRY_WINDOW: should be .*$/,
  );
  expect(refusal).not.toContain(WRONG_SECRET);
});
