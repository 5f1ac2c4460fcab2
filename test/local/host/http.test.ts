import { expect, test } from 'vitest';
import { startTestHost } from './start-host.ts';

test('serves an HTTP function with its route parameters, query, headers and body', async () => {
  const { httpUrl } = await startTestHost({
    code: `
      app.http('echo', {
        route: 'things/{id}/{part?}',
        methods: ['POST'],
        handler: async (request, context) => ({
          status: 201,
          headers: { 'x-name': context.functionName },
          jsonBody: {
            params: request.params,
            query: Object.fromEntries(request.query),
            header: request.headers.get('x-in'),
            body: await request.text(),
          },
        }),
      });`,
  });
  const response = await fetch(`${httpUrl}/api/things/a%20b?x=1&x=2`, {
    method: 'POST',
    headers: { 'x-in': 'in' },
    body: 'grüße 👋',
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('x-name')).toBe('echo');
  expect(await response.json()).toEqual({
    params: { id: 'a b' },
    query: { x: '1,2' },
    header: 'in',
    body: 'grüße 👋',
  });
  expect((await fetch(`${httpUrl}/api/things/1/2`, { method: 'POST' })).status).toBe(201);
  expect((await fetch(`${httpUrl}/api/things/1`)).status, 'another method').toBe(404);
  expect((await fetch(`${httpUrl}/things/1`, { method: 'POST' })).status, 'without the prefix').toBe(404);
});

test('a body that is sent in chunks, without a length, arrives empty', async () => {
  const { httpUrl } = await startTestHost({
    code: `app.post('size', async (request) => ({ body: String((await request.text()).length) }));`,
  });
  const send = async (body: string | ReadableStream) =>
    (await fetch(`${httpUrl}/api/size`, { method: 'POST', body, duplex: 'half' } as RequestInit)).text();
  expect(await send('four')).toBe('4');
  expect(await send(new Blob(['four']).stream())).toBe('0');
});

test('asks for the key of functions that are not anonymous, and answers 204 and 500 as Azure does', async () => {
  const host = await startTestHost(
    {
      code: `
        app.get('open', async () => undefined);
        app.http('closed', { authLevel: 'function', handler: async () => ({ body: 'in' }) });
        app.http('admin', { authLevel: 'admin', handler: async () => ({ body: 'in' }) });
        app.get('broken', async () => { throw new Error('the reason'); });`,
      hostJson: { extensions: { http: { routePrefix: 'v1' } } },
    },
    { functionsKey: 'k&y' },
  );
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${host.httpUrl}/v1/${path}`, { headers });
    return `${response.status} ${await response.text()}`;
  };
  expect(host.functionsKey).toBe('k&y');
  expect(await status('open')).toBe('204 ');
  for (const name of ['closed', 'admin']) {
    expect(await status(name)).toBe('401 ');
    expect(await status(name, { 'x-functions-key': 'wrong' })).toBe('401 ');
    expect(await status(name, { 'x-functions-key': 'k&y' })).toBe('200 in');
    expect(await status(`${name}?code=k%26y`)).toBe('200 in');
  }
  expect(await status('broken')).toBe('500 ');
  const [last] = (await host.invocations(6)).slice(-1);
  expect(last).toMatchObject({ functionName: 'broken', outcome: 'failed', error: 'the reason' });
  expect(host.logs).toContain('error broken: Invocation failed: the reason');
});

test('runs the hooks in order, forwards logs with their level, and drops those below the configured one', async () => {
  const host = await startTestHost({
    code: `
      const seen = [];
      app.hook.appStart(() => { seen.push('appStart'); });
      app.hook.preInvocation((context) => {
        seen.push('pre');
        context.hookData.start = 1;
        context.inputs = [{ replaced: true }];
      });
      app.hook.postInvocation((context) => {
        seen.push('post ' + context.hookData.start);
        context.result = { jsonBody: { seen, input: context.inputs[0] } };
      });
      app.hook.log((context) => { if (context.category === 'user') context.message += '!'; });
      app.get('hooked', async (input, context) => {
        seen.push('handler');
        context.warn('careful %s', 'now');
        context.info('dropped');
        return {};
      });`,
    hostJson: { logging: { logLevel: { default: 'Warning' } } },
  });
  const response = await fetch(`${host.httpUrl}/api/hooked`);
  expect(await response.json()).toEqual({
    seen: ['appStart', 'pre', 'handler', 'post 1'],
    input: { replaced: true },
  });
  expect(host.logs).toEqual(['warning hooked: careful now!']);
});
