import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo, KEY, registerAll, startFake, TOKEN, writes } from '../cli/dataverse/dataverse-fixture.ts';

type Handler = Parameters<typeof createServer>[1];

async function startServer(handler: Handler): Promise<{ url: string }> {
  const server = createServer(handler as NonNullable<Handler>);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('429 is tried again after the pause that Dataverse asks for, a write too, and does nothing twice', async () => {
  const fake = await startFake();
  const pauses: number[] = [];
  const api = connectTo(fake, { onPause: (ms) => pauses.push(ms) });
  const busy = { status: 429, headers: { 'retry-after': '0' } };
  fake.faults.push(busy, busy, busy);
  expect(await api.get('WhoAmI')).toHaveProperty('UserId');
  fake.faults.push({ status: 200, body: '{}' }, busy);
  await api.get('WhoAmI');
  expect(await registerAll(api)).toHaveLength(8);
  expect(pauses).toEqual([0, 0, 0, 0]);
  expect(fake.store.rows.serviceendpoints.size).toBe(1);
});

test('429 ends after four tries with what to do', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  for (let i = 0; i < 4; i += 1)
    fake.faults.push({
      status: 429,
      headers: { 'retry-after': '0' },
      body: '{"error":{"code":"0x80072322"}}',
    });
  await expect(api.get('WhoAmI')).rejects.toThrow(
    'GET /api/data/v9.2/WhoAmI: HTTP 429 0x80072322\nDataverse limits the number of requests: try again in five minutes.',
  );
  expect(fake.requests).toHaveLength(4);
});

test('a write that fails otherwise is not tried again', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  fake.faults.push({ status: 503, body: '{"error":{"message":"Busy."}}' });
  await expect(api.create('serviceendpoints', {})).rejects.toThrow('serviceendpoints: HTTP 503 Busy.');
  expect(writes(fake)).toHaveLength(1);
});

test('403 says what Dataverse said and which role is needed', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  const message = 'Principal user (Id=1, type=8) is missing prvReadServiceEndpoint privilege';
  fake.faults.push({ status: 403, body: JSON.stringify({ error: { code: '0x80040220', message } }) });
  await expect(registerAll(api)).rejects.toThrow(
    `GET /api/data/v9.2/WhoAmI: HTTP 403 0x80040220 ${message}\nThe login needs to be a user (or application user) of the environment with the role System Customizer or System Administrator.`,
  );
});

test('an error that quotes the key or the token is shown without them', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  const body = JSON.stringify({ error: { message: `Bad key ${KEY} in ${TOKEN}, ${'x'.repeat(1_000)}` } });
  fake.faults.push({ status: 400, body });
  const refused = await api
    .create('serviceendpoints', { saskey: KEY })
    .catch((error: Error) => error.message);
  expect(refused).toContain('HTTP 400 Bad key *** in ***, x');
  expect(String(refused).length).toBeLessThan(700);
});

test.each([
  ['never answers', () => {}],
  [
    'never ends its answer',
    ((_request, response) => void response.writeHead(200).write('{"UserId":')) satisfies Handler,
  ],
])('an environment that %s is given up at the deadline', async (_what, handler) => {
  const api = connectTo(await startServer(handler), { timeoutMs: 150 });
  await expect(api.get('WhoAmI')).rejects.toThrow(
    /no answer from http:\S+ \(none within 0\.15 s\)\. Check --org/,
  );
});

test('an answer of something else than Dataverse points to the URL', async () => {
  const page = await startServer((_request, response) => void response.end('<html>Welcome</html>'));
  const odd = await startServer((_request, response) => void response.end('{"error":"none"}'));
  await expect(connectTo(page).get('WhoAmI')).rejects.toThrow(
    "WhoAmI: the answer is not Dataverse's. Check --org.",
  );
  await expect(connectTo(odd).list('sdkmessages')).rejects.toThrow('the answer holds no rows. Check --org.');
});

test('a row that somebody has just deleted is not made again by a correction', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  const gone = 'serviceendpoints(00000000-0000-4000-8000-000000000000)';
  await expect(api.update(gone, { name: 'x' })).rejects.toThrow(
    /HTTP 404 0x80040217 serviceendpoint With Id = /,
  );
  expect(fake.store.rows.serviceendpoints.size).toBe(0);
});
