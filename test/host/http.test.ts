import { expect, onTestFinished, test } from 'vitest';
import { type HostProcess, type SpawnOptions, spawnHost } from '../../local/host/spawn.ts';
import { type AppSource, buildApp } from './build-app.ts';

async function host(app: AppSource, options: SpawnOptions = {}): Promise<HostProcess> {
  const started = await spawnHost({ appDirectory: await buildApp(app), ...options });
  onTestFinished(() => started.kill('SIGKILL'));
  return started;
}

test('serves an HTTP function with its route parameters, query, headers and body', async () => {
  const { httpUrl } = await host({
    code: `
      app.http('echo', {
        route: 'things/{id}/{part?}',
        methods: ['POST'],
        authLevel: 'anonymous',
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
  expect((await fetch(`${httpUrl}/api/things/1`)).status).toBe(404);
  expect((await fetch(`${httpUrl}/things/1`, { method: 'POST' })).status).toBe(404);
});
