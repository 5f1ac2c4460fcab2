import { describe, expect, it } from 'vitest';
import type { CorCallEvent } from '../../src/cor/watch-call.ts';
import { clientOf, rawServer, sandboxAndClient, shares, USER } from './connect.ts';

describe('attach, detach and create workspace', () => {
  it("send COR's documented attach example to the letter", async () => {
    const { sandbox, client } = await sandboxAndClient(
      {},
      { workspaces: ['Workspaces-example-5', 'Workspaces-example-6'] },
    );
    const answer = await client.attach(
      USER,
      shares({ 'Workspaces-example-5': 10, 'Workspaces-example-6': 20 }),
    );
    expect(answer).toMatchObject({ ok: true, status: 200, problems: [] });
    expect(answer.ok && answer.workspaces).toEqual(
      new Map([
        ['Workspaces-example-5', 10],
        ['Workspaces-example-6', 20],
      ]),
    );
    expect(sandbox.calls.at(-1)).toMatchObject({
      method: 'PUT',
      path: '/v2/integrations/users/OKTA-USER-12345/attach',
    });
    expect(sandbox.calls.at(-1)?.body).toEqual({
      workspaces: [
        { workspaceId: 'Workspaces-example-5', percentage: 10 },
        { workspaceId: 'Workspaces-example-6', percentage: 20 },
      ],
      metadata: { source: 'MICROSOFT_DYNAMICS' },
    });
  });

  it('name the source that the settings name, in every call', async () => {
    const { sandbox, client } = await sandboxAndClient({}, { source: 'SAP' });
    await client.attach(USER, shares({ 'w-1': 5 }));
    await client.detach(USER, ['w-1']);
    await client.createWorkspace({ id: 'new', name: 'Project Alpha' });
    const metadata = { source: 'SAP' };
    const bodies = sandbox.calls.slice(-3).map(({ body }) => body);
    expect(bodies).toEqual([1, 2, 3].map(() => expect.objectContaining({ metadata })));
  });

  it('send only the documented members of a share', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.attach(USER, [
      { workspaceId: 'w-1', percentage: 5, name: 'private' } as { workspaceId: string; percentage: number },
    ]);
    expect(sandbox.calls.at(-1)?.body).toEqual({
      workspaces: [{ workspaceId: 'w-1', percentage: 5 }],
      metadata: { source: 'MICROSOFT_DYNAMICS' },
    });
  });

  it('detach by plain ids and report what remains', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.attach(USER, shares({ 'w-1': 10, 'w-2': 20 }));
    const answer = await client.detach(USER, ['w-1']);
    expect(answer.ok && answer.workspaces).toEqual(new Map([['w-2', 20]]));
    expect(sandbox.calls.at(-1)?.body).toEqual({
      workspaces: ['w-1'],
      metadata: { source: 'MICROSOFT_DYNAMICS' },
    });
    expect(sandbox.state()).toEqual({ [USER]: { 'w-2': 20 } });
  });

  it('create a workspace once; the second try says duplicate', async () => {
    const { sandbox, client } = await sandboxAndClient();
    const workspace = { id: 'new', name: 'Project Alpha' };
    expect(await client.createWorkspace(workspace)).toMatchObject({
      ok: true,
      workspaces: undefined,
      problems: [],
    });
    expect(sandbox.calls.at(-1)?.body).toEqual({ ...workspace, metadata: { source: 'MICROSOFT_DYNAMICS' } });
    expect(await client.createWorkspace(workspace)).toMatchObject({
      ok: false,
      failure: { class: 'duplicate' },
    });
    expect(await client.attach(USER, shares({ new: 50 }))).toMatchObject({ ok: true });
  });

  it.each(['..', '.', 'a/b', 'a?b#c', '100%', 'Zoë 🙂', 'ada@example.com', '%2e%2e'])(
    'address exactly the user %j',
    async (id) => {
      const { sandbox, client } = await sandboxAndClient({}, { users: [id] });
      expect(await client.attach(id, shares({ 'w-1': 10 }))).toMatchObject({ ok: true });
      expect(sandbox.state()).toEqual({ [id]: { 'w-1': 10 } });
    },
  );

  it('refuse an empty user id without calling', async () => {
    const { sandbox, client } = await sandboxAndClient();
    expect(await client.detach('', ['w-1'])).toMatchObject({ ok: false, failure: { class: 'validation' } });
    expect(sandbox.counts.total).toBe(0);
  });

  it('keep the path prefix of the base URL', async () => {
    const paths: (string | undefined)[] = [];
    const server = await rawServer((request, response) => {
      paths.push(request.url);
      response.end('{}');
    });
    await clientOf({ ...server, baseUrl: `${server.baseUrl}/gateway/cor/` }).detach('u', ['w']);
    expect(paths).toEqual(['/gateway/cor/v2/integrations/users/u/detach']);
  });
});

describe('headers', () => {
  it('name the product, JSON and the correlation id', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.detach(USER, ['w-1'], { correlationId: '6f1a-77' });
    expect(sandbox.calls.at(-1)?.headers).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'dynamics-to-cor',
      'x-correlation-id': '6f1a-77',
    });
  });

  it.each(['', 'a\r\nx-evil: 1', 'ü', 'a b', 'x'.repeat(129)])(
    'leave the correlation id %j out',
    async (correlationId) => {
      const { sandbox, client } = await sandboxAndClient();
      expect(await client.detach(USER, ['w-1'], { correlationId })).toMatchObject({ ok: true });
      expect(sandbox.calls.at(-1)?.headers).not.toHaveProperty('x-correlation-id');
    },
  );
});

describe('the token', () => {
  it('is asked for as documented: POST, the grant in the query string, Basic, no body', async () => {
    const seen: unknown[] = [];
    const server = await rawServer(
      (_request, response) => response.end('{}'),
      (request, response, body) => {
        const { authorization, 'content-type': contentType } = request.headers;
        seen.push({ method: request.method, url: request.url, authorization, contentType, body });
        response.end(JSON.stringify({ access_token: 't', expires_in: 3600 }));
      },
    );
    await clientOf({ ...server, apiKey: 'kéy', clientSecret: 's:cret' }).checkCredentials();
    const authorization = `Basic ${Buffer.from('kéy:s:cret').toString('base64')}`;
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/v1/oauth/token?grant_type=client_credentials',
        authorization,
        contentType: undefined,
        body: '',
      },
    ]);
  });

  it('is shared by all callers', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await Promise.all(Array.from({ length: 30 }, () => client.detach(USER, ['w-1'])));
    expect(sandbox.counts.byOperation).toMatchObject({ token: 1, detach: 30 });
  });

  it('is renewed once after a 401, together for all who met it', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.detach(USER, ['w-1']);
    sandbox.invalidateTokens();
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.detach(USER, ['w-1'])));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(sandbox.counts.byOperation.token).toBe(2);
  });

  it('that is refused again even when fresh is a matter of credentials', async () => {
    const { sandbox, client } = await sandboxAndClient({ failNext: [{ status: 401, count: 2 }] });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({
      ok: false,
      failure: { class: 'auth', status: 401 },
    });
    expect(sandbox.counts.byOperation).toMatchObject({ token: 2, detach: 2 });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
  });

  it('is renewed when its time is up', async () => {
    const clock = { ms: Date.now() };
    const { sandbox, client } = await sandboxAndClient({ expiresInSeconds: 600 }, { now: () => clock.ms });
    await client.detach(USER, ['w-1']);
    clock.ms += 539_000;
    await client.detach(USER, ['w-1']);
    expect(sandbox.counts.byOperation.token).toBe(1);
    clock.ms += 2_000;
    await client.detach(USER, ['w-1']);
    expect(sandbox.counts.byOperation.token).toBe(2);
  });

  it.each([400, 401, 403] as const)('refused with %i is a matter of credentials', async (status) => {
    const { sandbox, client } = await sandboxAndClient({ refuseCredentials: status });
    expect(await client.checkCredentials()).toMatchObject({ class: 'auth', status });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({
      ok: false,
      failure: { class: 'auth', status },
    });
    expect(sandbox.counts.byOperation.detach).toBe(0);
    sandbox.set({ refuseCredentials: null });
    expect(await client.checkCredentials()).toBeUndefined();
  });

  it('with a wrong secret is a matter of credentials', async () => {
    const { sandbox } = await sandboxAndClient();
    const failure = await clientOf({ ...sandbox, clientSecret: 'wrong-secret' }).checkCredentials();
    expect(failure).toMatchObject({ class: 'auth', status: 401 });
  });

  it.each([429, 500, 503, 'drop'] as const)('endpoint failing with %s is transient', async (status) => {
    const { client } = await sandboxAndClient({ failNext: [{ status, on: 'token', retryAfter: '9' }] });
    const wait = status === 'drop' ? {} : { status, retryAfterMs: 9_000 };
    expect(await client.detach(USER, ['w-1'])).toMatchObject({
      ok: false,
      failure: { class: 'transient', ...wait },
    });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
  });
});

describe('every request is reported', () => {
  it('with its route, status, class and code, but no ids', async () => {
    const events: CorCallEvent[] = [];
    const { sandbox, client } = await sandboxAndClient({}, { onCall: (event) => events.push(event) });
    await client.attach('nobody', shares({ 'w-1': 10 }));
    sandbox.set({ down: true });
    await client.createWorkspace({ id: 'x', name: 'y' });
    const durationMs = expect.any(Number);
    expect(events).toEqual([
      { method: 'POST', pathTemplate: '/v1/oauth/token', status: 200, durationMs },
      {
        method: 'PUT',
        pathTemplate: '/v2/integrations/users/{userId}/attach',
        status: 404,
        code: 'ZC001',
        failureClass: 'unmapped',
        durationMs,
      },
      {
        method: 'POST',
        pathTemplate: '/v2/integrations/workspaces',
        code: 'UND_ERR_SOCKET',
        failureClass: 'transient',
        durationMs,
      },
    ]);
  });

  it("with the server's request id, which the answer carries too", async () => {
    const events: CorCallEvent[] = [];
    const server = await rawServer((_request, response) => {
      response.writeHead(500, { 'x-request-id': 'req-1' }).end();
    });
    const answer = await clientOf(server, { onCall: (event) => events.push(event) }).detach('u', ['w']);
    expect(answer).toMatchObject({ ok: false, requestId: 'req-1' });
    expect(events.at(-1)).toMatchObject({ requestId: 'req-1', status: 500 });
  });

  it('and an observer that throws does no harm', async () => {
    const onCall = () => {
      throw new Error('broken observer');
    };
    const { client } = await sandboxAndClient({}, { onCall });
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
  });
});
