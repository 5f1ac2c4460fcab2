import { expect, onTestFinished, test } from 'vitest';
import { readSchedule } from '../../../local/host/timer-listener.ts';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { startTestHost } from './start-host.ts';

async function storage(): Promise<LocalStorage> {
  const started = await startLocalStorage();
  onTestFinished(() => started.stop());
  return started;
}

const code = (schedule: string, body = '') => `
  app.timer('tick', {
    schedule: '${schedule}',
    handler: async (timer, context) => { context.log(JSON.stringify(timer)); ${body} },
  });`;

const timersOf = (logs: readonly string[]) =>
  logs.flatMap((line) => {
    const found = /^information tick: (\{.*)$/.exec(line);
    return found?.[1] ? [JSON.parse(found[1])] : [];
  });

test('a timer runs by its schedule, with what the library makes of it', async () => {
  const { connectionString } = await storage();
  const host = await startTestHost(
    { code: code('* * * * * *') },
    { env: { AzureWebJobsStorage: connectionString } },
  );
  await host.invocations(2);
  expect(host.events[0]).toMatchObject({ functionName: 'tick', outcome: 'succeeded' });
  expect(timersOf(host.logs)[0]).toMatchObject({
    isPastDue: false,
    schedule: { adjustForDST: true },
    scheduleStatus: { next: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) },
  });
});

test('one instance runs it; when that ends another takes over and a missed time is past due', async () => {
  const { connectionString } = await storage();
  const options = {
    env: { AzureWebJobsStorage: connectionString, AzureFunctionsWebHost__hostid: 'one-app' },
  };
  const first = await startTestHost({ code: code('* * * * * *') }, options);
  await first.invocations(1);
  const second = await startTestHost({ code: code('* * * * * *') }, options);
  await first.invocations(3);
  expect(second.events).toHaveLength(0);
  await first.stop(1_000);
  await second.invocations(1);
  expect(timersOf(second.logs)[0]).toMatchObject({ isPastDue: true });
});

test('a run that fails is told and not tried again; the next time comes', async () => {
  const { connectionString } = await storage();
  const host = await startTestHost(
    { code: code('0 0 0 1 1 *', `throw new Error('the reason');`) },
    { env: { AzureWebJobsStorage: connectionString }, functionsKey: 'key' },
  );
  const run = (name: string, headers: Record<string, string> = { 'x-functions-key': 'key' }) =>
    fetch(`${host.httpUrl}/admin/functions/${name}`, { method: 'POST', headers });
  expect((await run('tick')).status).toBe(202);
  await host.invocations(1);
  expect(host.events[0]).toMatchObject({ outcome: 'failed', error: 'the reason' });
  expect((await run('tick', {})).status).toBe(401);
  expect((await run('tock')).status).toBe(404);
});

test('without storage no timer runs, and that is said', async () => {
  const host = await startTestHost({ code: code('* * * * * *') }, { env: { AzureWebJobsStorage: '' } });
  expect(host.logs).toContain(
    'error : Timer functions do not run: set AzureWebJobsStorage to a connection string.',
  );
});

test.each([
  ['* * * * *', /should have six fields/],
  ['0 0 25 * * *', /schedule "0 0 25 \* \* \*"/],
])('the schedule %s is refused', (schedule, message) => {
  expect(() => readSchedule({ functionName: 'tick', schedule })).toThrow(message);
});
