import { describe, expect, it } from 'vitest';
import { sandboxAndClient, shares, USER } from '../../cor/connect.ts';

const attach = { ok: true };
const one = shares({ 'w-1': 10 });

describe('injected failures', () => {
  it('hit the next calls and then no more', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.failNext(2, { status: 503, retryAfter: '3' });
    sandbox.failNext(1, { status: 429, retryAfter: 'Fri, 31 Dec 2100 23:59:59 GMT' });
    const failure = { class: 'transient', status: 503, retryAfterMs: 3_000 };
    expect(await client.attach(USER, one)).toMatchObject({ ok: false, failure });
    expect(await client.attach(USER, one)).toMatchObject({ ok: false, failure });
    expect(await client.attach(USER, one)).toMatchObject({
      failure: { status: 429, retryAfterMs: 7 * 86_400_000 },
    });
    expect(sandbox.state()).toEqual({ [USER]: {} });
    expect(await client.attach(USER, one)).toMatchObject(attach);
    expect(sandbox.switches.failNext).toEqual([]);
  });

  it('include a restart on the same port, which forgets tokens and keeps all else', async () => {
    const { sandbox, client } = await sandboxAndClient();
    expect(await client.attach(USER, one)).toMatchObject(attach);
    const { baseUrl } = sandbox;
    const restarted = sandbox.restart(50);
    expect(await client.attach(USER, one)).toMatchObject({ failure: { class: 'transient' } });
    await restarted;
    expect(sandbox.baseUrl).toBe(baseUrl);
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': 10 } });
    sandbox.clearCalls();
    expect(await client.attach(USER, shares({ 'w-1': 20 }))).toMatchObject(attach);
    expect(sandbox.calls.map(({ operation, status }) => [operation, status])).toEqual([
      ['attach', 401],
      ['token', 200],
      ['attach', 200],
    ]);
  });

  it('may come after the call took effect, with a body of choice', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.failNext(1, { status: 500, when: 'after', body: { code: 'CTR001', message: 'domain failure' } });
    expect(await client.attach(USER, one)).toMatchObject({ failure: { class: 'transient', code: 'CTR001' } });
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': 10 } });
    sandbox.failNext(1, { status: 502, body: '<html><title>Bad Gateway</title></html>' });
    expect(await client.attach(USER, one)).toMatchObject({
      failure: { description: expect.stringMatching(/Bad Gateway/) },
    });
  });

  it('at a rate repeat for the same seed', async () => {
    const pattern = async (seed: number) => {
      const { client } = await sandboxAndClient({ failRate: { rate: 0.4, seed, status: 500 } });
      const answers: boolean[] = [];
      for (let i = 0; i < 40; i += 1) answers.push((await client.attach(USER, one)).ok);
      return answers;
    };
    const first = await pattern(7);
    expect(await pattern(7)).toEqual(first);
    expect(await pattern(8)).not.toEqual(first);
    expect(first.filter((ok) => !ok).length).toBeGreaterThan(5);
    expect(first.filter((ok) => ok).length).toBeGreaterThan(5);
  });

  it('may be dropped connections, at a rate as well', async () => {
    const { sandbox, client } = await sandboxAndClient({
      failRate: { rate: 1, status: 'drop', when: 'after' },
    });
    expect(await client.attach(USER, one)).toMatchObject({
      failure: { class: 'transient', code: 'UND_ERR_SOCKET' },
    });
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': 10 } });
    sandbox.set({ failRate: null });
    expect(await client.attach(USER, one)).toMatchObject(attach);
  });

  it('down: nothing answers, tokens included', async () => {
    const { sandbox, client } = await sandboxAndClient({ down: true });
    expect(await client.checkCredentials()).toMatchObject({ class: 'transient' });
    sandbox.set({ down: false });
    expect(await client.attach(USER, one)).toMatchObject(attach);
  });

  it('forbid: 403 for every call', async () => {
    const { client } = await sandboxAndClient({ forbid: true });
    expect(await client.attach(USER, one)).toMatchObject({ failure: { class: 'auth', status: 403 } });
  });

  it.each([
    ['seconds', /^\d+$/],
    ['date', / GMT$/],
    ['none', undefined],
  ] as const)('rate limit, Retry-After as %s', async (retryAfter, header) => {
    const { sandbox, client } = await sandboxAndClient({ rateLimit: { perSecond: 2, retryAfter } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.attach(USER, one)));
    const limited = answers.filter((answer) => !answer.ok);
    expect(limited.length).toBeGreaterThanOrEqual(3);
    for (const answer of limited) {
      if (answer.ok) continue;
      expect(answer.failure).toMatchObject({ class: 'transient', status: 429 });
      if (header) expect(answer.failure.retryAfterMs).toSatisfy((ms: number) => ms > 0 && ms <= 2_000);
      else expect(answer.failure).not.toHaveProperty('retryAfterMs');
    }
    const response = await fetchAttach(sandbox.baseUrl, sandbox.tokenUrl, sandbox);
    expect(response.status).toBe(429);
    if (header) expect(response.headers.get('retry-after')).toMatch(header);
    else expect(response.headers.has('retry-after')).toBe(false);
  });

  it.each([[40], [[40, 60] as [number, number]]])('latency %j', async (latencyMs) => {
    const { client } = await sandboxAndClient({ latencyMs });
    const start = performance.now();
    expect(await client.attach(USER, one)).toMatchObject(attach);
    expect(performance.now() - start).toBeGreaterThan(35);
  });
});

async function fetchAttach(
  baseUrl: string,
  tokenUrl: string,
  { apiKey, clientSecret }: { apiKey: string; clientSecret: string },
) {
  const authorization = `Basic ${Buffer.from(`${apiKey}:${clientSecret}`).toString('base64')}`;
  const token = await fetch(`${tokenUrl}?grant_type=client_credentials`, {
    method: 'POST',
    headers: { authorization },
  });
  const { access_token } = (await token.json()) as { access_token: string };
  return fetch(`${baseUrl}/v2/integrations/users/${USER}/attach`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ workspaces: one, metadata: { source: 'MICROSOFT_DYNAMICS' } }),
  });
}

describe('a held call', () => {
  it('before it takes effect', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.hold();
    const calls = [client.attach(USER, one), client.attach(USER, shares({ 'w-2': 5 }))];
    await sandbox.held(2);
    expect(sandbox.state()).toEqual({ [USER]: {} });
    expect(sandbox.counts.inFlight).toBe(2);
    sandbox.release();
    for (const call of calls) expect(await call).toMatchObject(attach);
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
  });

  it('after it took effect, before its answer', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.hold('after');
    const call = client.attach(USER, one);
    await sandbox.held();
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': 10 } });
    expect(sandbox.calls.at(-1)?.status).toBeUndefined();
    sandbox.release();
    expect(await call).toMatchObject(attach);
  });

  it('ends when the sandbox stops', async () => {
    const { sandbox, client } = await sandboxAndClient();
    sandbox.hold();
    const call = client.attach(USER, one);
    await sandbox.held();
    await sandbox.stop();
    expect(await call).toMatchObject({ failure: { class: 'transient' } });
  });
});
