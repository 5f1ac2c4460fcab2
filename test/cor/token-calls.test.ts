import { describe, expect, it } from 'vitest';
import { clientOf, rawServer, sandboxAndClient, USER } from './connect.ts';

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
