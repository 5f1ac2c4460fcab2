import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CorCallEvent } from '../../src/cor/watch-call.ts';
import { clientOf, rawServer, sandboxAndClient, shares, USER } from './connect.ts';

const transient = (code: string) => ({ ok: false, failure: { class: 'transient', code } });

describe('the deadline', () => {
  it('ends a call that COR never answers', async () => {
    const { sandbox, client } = await sandboxAndClient({ hang: 'api' }, { timeoutMs: 500 });
    const start = performance.now();
    expect(await client.detach(USER, ['w-1'])).toMatchObject(transient('DEADLINE'));
    expect(performance.now() - start).toBeLessThan(2_000);
    sandbox.set({ hang: 'none' });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
  });

  it('covers the token too', async () => {
    const { sandbox, client } = await sandboxAndClient({ hang: 'token' }, { timeoutMs: 100 });
    expect(await client.detach(USER, ['w-1'])).toMatchObject(transient('DEADLINE'));
    expect(await client.checkCredentials()).toMatchObject({ class: 'transient', code: 'DEADLINE' });
    sandbox.set({ hang: 'none' });
    expect(await client.checkCredentials()).toBeUndefined();
  });

  it('covers a body that stops halfway', async () => {
    const server = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"id":');
    });
    expect(await clientOf(server, { timeoutMs: 100 }).detach('u', ['w'])).toMatchObject(
      transient('DEADLINE'),
    );
  });

  it('covers the wait for a connection, and such a call is never sent', async () => {
    const { sandbox, client } = await sandboxAndClient({ hang: 'api' }, { timeoutMs: 150, connections: 1 });
    const start = performance.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.detach(USER, ['w-1'])));
    for (const answer of answers) expect(answer).toMatchObject(transient('DEADLINE'));
    expect(performance.now() - start).toBeLessThan(1_000);
    sandbox.set({ hang: 'none' });
    expect(await client.attach(USER, shares({ 'w-1': 1 }))).toMatchObject({ ok: true });
    // All deadlines end at the same moment: the connection that the first call gives back may still take the next one.
    expect(sandbox.counts.byOperation.detach).toBeLessThanOrEqual(2);
  });

  it('is one for both tries around a refused token', async () => {
    let calls = 0;
    const server = await rawServer(async (_request, response) => {
      calls += 1;
      if (calls === 1) {
        await delay(150);
        response.writeHead(401).end();
      }
    });
    const start = performance.now();
    expect(await clientOf(server, { timeoutMs: 250 }).detach('u', ['w'])).toMatchObject(
      transient('DEADLINE'),
    );
    expect(performance.now() - start).toBeLessThan(390);
    expect(calls).toBe(2);
  });

  it('does not keep the process waiting once a call has ended', async () => {
    const { client } = await sandboxAndClient({}, { timeoutMs: 60_000 });
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    for (let i = 0; i < 5; i += 1) await client.detach(USER, ['w-1']);
    for (let i = 0; i < 5; i += 1) await client.checkCredentials();
    expect(timers()).toBeLessThanOrEqual(before + 1); // the keep-alive timer of undici
  });
});

describe('a connection', () => {
  it('that is dropped before or after the call took effect is transient', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.failNext(1, { status: 'drop', when: 'before' });
    expect(await client.attach(USER, shares({ 'w-1': 10 }))).toMatchObject(transient('UND_ERR_SOCKET'));
    expect(sandbox.state()).toEqual({ [USER]: {} });
    sandbox.failNext(1, { status: 'drop', when: 'after' });
    expect(await client.attach(USER, shares({ 'w-1': 10 }))).toMatchObject(transient('UND_ERR_SOCKET'));
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': 10 } });
  });

  it('that is dropped within the body is transient', async () => {
    const server = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"workspaces":[]', () => response.socket?.destroy());
    });
    expect(await clientOf(server).detach('u', ['w'])).toMatchObject({
      ok: false,
      failure: { class: 'transient' },
    });
  });

  it('that is refused is transient and names the error', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.checkCredentials();
    await sandbox.stop();
    const answer = await client.detach(USER, ['w-1']);
    expect(answer).toMatchObject(transient('ECONNREFUSED'));
    expect(!answer.ok && answer.failure.description).toMatch(/connection failed \(ECONNREFUSED\)/);
  });

  it('to something that speaks no HTTP is transient', async () => {
    const server = await rawServer((_request, response) => {
      response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n');
    });
    expect(await clientOf(server).detach('u', ['w'])).toMatchObject({
      ok: false,
      failure: { class: 'transient' },
    });
  });

  it('is kept alive from call to call', async () => {
    let connections = 0;
    const server = await rawServer((_request, response) => response.end('{}'));
    server.server.on('connection', () => {
      connections += 1;
    });
    const client = clientOf(server);
    for (let i = 0; i < 10; i += 1) await client.detach('u', ['w']);
    // One for tokens, and two that calls take in turn: undici rests a connection for one turn of the event loop.
    expect(connections).toBe(3);
  });
});

describe('a reply', () => {
  it.each([[200], [500]])('longer than the bound is not read (HTTP %i)', async (status) => {
    const server = await rawServer((_request, response) => {
      response.writeHead(status);
      const more = () => {
        if (response.destroyed) return;
        response.write('x'.repeat(65_536));
        setImmediate(more);
      };
      more();
    });
    const events: CorCallEvent[] = [];
    const answer = await clientOf(server, {
      maxBodyBytes: 200_000,
      onCall: (event) => events.push(event),
    }).detach('u', ['w']);
    const expected = status === 200 ? { class: 'transient', code: 'REPLY_TOO_LONG' } : { class: 'transient' };
    expect(answer).toMatchObject({ ok: false, failure: { ...expected, status } });
    expect(events.at(-1)).toMatchObject({ status });
  });

  it.each([
    ['text', 'OK'],
    ['HTML', '<html></html>'],
    ['nothing', ''],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['null', 'null'],
    ['a failure in words', '{"status":"error","message":"down for maintenance"}'],
    ['far too many levels', '['.repeat(500_000)],
  ])('of 200 with %s is not COR’s: what it did is unknown', async (_what, body) => {
    const server = await rawServer((_request, response) => response.end(body));
    expect(await clientOf(server).detach('u', ['w'])).toMatchObject({
      ok: false,
      failure: { class: 'transient', status: 200, code: 'UNRECOGNIZED_ANSWER', opensAfter: 'threeUsers' },
    });
  });

  it.each([
    ['a BOM before JSON', '\ufeff{"workspaces":[]}', 0],
    ['a user without workspaces', '{"id":1,"name":"Ada"}', undefined],
  ])('with %s is a success that proves at most what it says', async (_what, body, size) => {
    const server = await rawServer((_request, response) => response.end(body));
    const answer = await clientOf(server).detach('u', ['w']);
    expect(answer).toMatchObject({ ok: true, status: 200, problems: [] });
    expect(answer.ok && answer.workspaces?.size).toBe(size);
  });

  it('that comes in many pieces is put together, characters included', async () => {
    const body = Buffer.from(
      JSON.stringify({
        workspaces: [{ json_integrations: { origin_external_id: 'Zoë 🙂' }, pivot: { percentage: 7 } }],
      }),
    );
    const server = await rawServer(async (_request, response) => {
      for (const byte of body) {
        response.write(Buffer.of(byte));
        await delay(0);
      }
      response.end();
    });
    const answer = await clientOf(server).detach('u', ['w']);
    expect(answer.ok && answer.workspaces).toEqual(new Map([['Zoë 🙂', 7]]));
  });

  it.each([301, 302, 303, 307, 308])('%i is not followed: the token stays with COR', async (status) => {
    let elsewhere = 0;
    const other = await rawServer((_request, response) => {
      elsewhere += 1;
      response.end();
    });
    const server = await rawServer((_request, response) => {
      response.writeHead(status, { location: `${other.baseUrl}/next` }).end();
    });
    const answer = await clientOf(server).detach('u', ['w']);
    expect(answer).toMatchObject({ ok: false, failure: { class: 'transient', status } });
    expect(!answer.ok && answer.failure.description).toMatch(/redirect.*COR_BASE_URL/);
    expect(elsewhere).toBe(0);
  });

  it('404 of an unknown route points at the base URL', async () => {
    const { sandbox } = await sandboxAndClient();
    const answer = await clientOf({ ...sandbox, baseUrl: `${sandbox.baseUrl}/v9` }).detach(USER, ['w-1']);
    expect(answer).toMatchObject({ ok: false, failure: { class: 'transient', code: 'E_ROUTE_NOT_FOUND' } });
    expect(!answer.ok && answer.failure.description).toMatch(/COR_BASE_URL/);
  });

  it('100-continue before the answer is no answer', async () => {
    const server = await rawServer((_request, response) => {
      response.writeProcessing();
      response.end('{"workspaces":[]}');
    });
    expect(await clientOf(server).detach('u', ['w'])).toMatchObject({ ok: true, status: 200 });
  });
});

describe('close', () => {
  it('lets the call in flight end, and later ones fail at once', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.checkCredentials();
    sandbox.hold();
    const call = client.attach(USER, shares({ 'w-1': 10 }));
    await sandbox.held();
    const closed = client.close();
    expect(await client.detach(USER, ['w-1'])).toMatchObject(transient('UND_ERR_CLOSED'));
    sandbox.release();
    expect(await call).toMatchObject({ ok: true });
    await closed;
    await client.close();
  });
});
