import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { WebApi } from '../../src/dataverse/web-api.ts';
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
  // An endpoint, four steps (Restore among them) and their images.
  expect(await registerAll(api)).toHaveLength(9);
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

test.each([
  ['429', { status: 429, headers: { 'retry-after': '0' } }],
  ['503', { status: 503, body: '<html>Busy</html>' }],
  ['a lost connection', { status: 0 }],
])('a read is tried again after %s', async (_what, fault) => {
  let asked = 0;
  const { url } = await startServer((_request, response) => {
    asked += 1;
    if (asked > 2) response.end('{"UserId":"1"}');
    else if (fault.status === 0) response.destroy();
    else response.writeHead(fault.status, { 'retry-after': '0' }).end();
  });
  expect(await connectTo({ url }).get('WhoAmI')).toEqual({ UserId: '1' });
  expect(asked).toBe(3);
});

test('a longer pause than the caller has is not waited for, and the failure says how long it is', async () => {
  const fake = await startFake();
  const api = connectTo(fake, { maxPauseMs: 1_000 });
  fake.faults.push({ status: 429, headers: { 'retry-after': '60' } });
  await expect(api.get('WhoAmI')).rejects.toMatchObject({
    failure: { service: 'dataverse', class: 'transient', status: 429, retryAfterMs: 60_000 },
  });
});

test('a pause ends when the caller stops', async () => {
  const stop = new AbortController();
  const fake = await startFake();
  fake.faults.push({ status: 429, headers: { 'retry-after': '60' } });
  const api = connectTo(fake, { signal: stop.signal, onPause: () => stop.abort() });
  await expect(api.get('WhoAmI')).rejects.toMatchObject({ status: 429 });
});

/** An environment that answers a request for this path with that body. */
async function environment(answer: (url: string, origin: string) => unknown) {
  const asked: { path: string; prefer: string | undefined }[] = [];
  const server = await startServer((request, response) => {
    asked.push({ path: request.url ?? '', prefer: request.headers.prefer as string | undefined });
    response.end(JSON.stringify(answer(request.url ?? '', `http://${request.headers.host}`)));
  });
  return { api: connectTo(server), asked };
}

async function allOf(api: WebApi): Promise<string[]> {
  const found: string[] = [];
  for await (const page of api.pages('rows?$select=id', { pageSize: 2 }))
    found.push(page.map(({ id }) => id).join('+'));
  return found;
}

test('pages are read by the links that the environment gives, as they are', async () => {
  const { api, asked } = await environment((path, origin) =>
    path.includes('skiptoken')
      ? { value: [{ id: 3 }] }
      : {
          value: [{ id: 1 }, { id: 2 }],
          '@odata.nextLink': `${origin}/api/data/v9.2/rows?$select=id&$skiptoken=%3Ccookie%20pagenumber=%222%22%3E`,
        },
  );
  expect(await allOf(api)).toEqual(['1+2', '3']);
  expect(asked).toEqual([
    { path: '/api/data/v9.2/rows?$select=id', prefer: 'odata.maxpagesize=2' },
    {
      path: '/api/data/v9.2/rows?$select=id&$skiptoken=%3Ccookie%20pagenumber=%222%22%3E',
      prefer: 'odata.maxpagesize=2',
    },
  ]);
});

test.each([
  ['to another host', 'http://192.0.2.1/api/data/v9.2/rows?page=2'],
  ['to another scheme', 'https://127.0.0.1/api/data/v9.2/rows?page=2'],
  ['out of the Web API', '/main.aspx'],
  ['nowhere', 42],
])('a link %s is not followed: the token stays here', async (_where, link) => {
  const { api, asked } = await environment((_path, origin) => ({
    value: [],
    '@odata.nextLink': typeof link === 'string' && link.startsWith('/') ? origin + link : link,
  }));
  await expect(allOf(api)).rejects.toThrow('leads to a next page outside the environment');
  expect(asked).toHaveLength(1);
});

test('a link that leads back ends the reading', async () => {
  const { api, asked } = await environment((path, origin) => ({
    value: [],
    '@odata.nextLink': path.includes('page=2')
      ? `${origin}/api/data/v9.2/rows?$select=id`
      : `${origin}/api/data/v9.2/rows?page=2`,
  }));
  await expect(allOf(api)).rejects.toThrow('leads back to a page that was read');
  expect(asked).toHaveLength(2);
});

test('403 says what Dataverse said and which role is needed', async () => {
  const fake = await startFake();
  const api = connectTo(fake);
  const message = 'Principal user (Id=1, type=8) is missing prvReadServiceEndpoint privilege';
  fake.faults.push({ status: 403, body: JSON.stringify({ error: { code: '0x80040220', message } }) });
  await expect(registerAll(api)).rejects.toThrow(
    `GET /api/data/v9.2/WhoAmI: HTTP 403 0x80040220 ${message}\nA privilege is missing: add the one that is named to a security role of the user, at organization level.`,
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
  expect(refused).toContain('HTTP 400 Bad key [redacted] in [redacted]');
  expect(refused).not.toContain(KEY);
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
