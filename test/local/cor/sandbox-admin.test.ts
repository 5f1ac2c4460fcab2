import { describe, expect, it } from 'vitest';
import { startCorSandbox } from '../../../local/cor/sandbox.ts';
import { clientOf, sandboxAndClient, shares, USER } from '../../cor/connect.ts';

async function read(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the records', () => {
  it('keep arrival order, count, and can be cleared', async () => {
    const { sandbox, client } = await sandboxAndClient();
    await client.attach(USER, shares({ 'w-1': 1 }));
    await client.detach('nobody', ['w-1']);
    expect(sandbox.calls.map(({ operation, status, id }) => [operation, status, id])).toEqual([
      ['token', 200, ''],
      ['attach', 200, USER],
      ['detach', 404, 'nobody'],
    ]);
    expect(sandbox.counts).toMatchObject({ total: 3, byStatus: { 200: 2, 404: 1 } });
    sandbox.clearCalls();
    expect(sandbox.calls).toEqual([]);
    expect(sandbox.counts.total).toBe(0);
  });

  it('are bounded', async () => {
    const { sandbox, client } = await sandboxAndClient();
    const some = Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 640; i += 1) await client.detach(USER, ['w-1']);
    });
    await Promise.all(some);
    expect(sandbox.calls).toHaveLength(10_000);
    expect(sandbox.counts.byOperation.detach).toBe(10_240);
  });
});

describe('the admin endpoints', () => {
  const admin = (baseUrl: string) => async (method: string, path: string, body?: unknown) =>
    read(
      await fetch(`${baseUrl}/admin/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );

  it('read and change switches', async () => {
    const { sandbox } = await sandboxAndClient();
    const call = admin(sandbox.baseUrl);
    expect((await call('PUT', 'switches', { attach: 'replacing' })).body).toMatchObject({
      attach: 'replacing',
      reattach: 'update',
    });
    expect((await call('GET', 'switches')).body).toEqual(sandbox.switches);
    expect(sandbox.switches.attach).toBe('replacing');
  });

  it('name a wrong switch and change nothing', async () => {
    const { sandbox } = await sandboxAndClient();
    const call = admin(sandbox.baseUrl);
    const before = sandbox.switches;
    const wrong = await call('PUT', 'switches', { attach: 'sometimes', failRate: { rate: 2, status: 500 } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.message).toMatch(/\/attach: .*\/failRate\/rate: /);
    expect((await call('PUT', 'switches', { atach: 'additive' })).body.message).toMatch(/atach/);
    expect(sandbox.switches).toEqual(before);
  });

  it('add and remove users and workspaces, show state, calls and counts', async () => {
    const { sandbox } = await sandboxAndClient({}, { users: [], workspaces: [] });
    const call = admin(sandbox.baseUrl);
    const client = clientOf(sandbox);
    await call('POST', 'users', { id: 'u/1' });
    await call('POST', 'workspaces', 'w');
    expect((await call('POST', 'users', {})).status).toBe(400);
    expect(await client.attach('u/1', shares({ w: 30 }))).toMatchObject({ ok: true });
    expect((await call('GET', 'state')).body).toEqual({ 'u/1': { w: 30 } });
    expect((await call('GET', 'calls')).body).toHaveLength(2);
    expect((await call('GET', 'counts')).body).toMatchObject({ total: 2 });
    await call('DELETE', 'calls');
    expect((await call('GET', 'calls')).body).toHaveLength(0);
    expect((await call('DELETE', 'workspaces/w')).status).toBe(200);
    expect((await call('GET', 'state')).body).toEqual({ 'u/1': {} });
    expect((await call('DELETE', `users/${encodeURIComponent('u/1')}`)).status).toBe(200);
    expect((await call('DELETE', 'users/none')).status).toBe(404);
    expect((await call('GET', 'nothing')).status).toBe(404);
  });

  it('hold, release and invalidate', async () => {
    const { sandbox, client } = await sandboxAndClient();
    const call = admin(sandbox.baseUrl);
    await call('POST', 'hold', { point: 'after' });
    const attach = client.attach(USER, shares({ 'w-1': 1 }));
    await sandbox.held();
    expect((await call('GET', 'state')).body).toEqual({ [USER]: { 'w-1': 1 } });
    await call('POST', 'release');
    expect(await attach).toMatchObject({ ok: true });
    await call('POST', 'invalidate-tokens');
    expect(await client.detach(USER, ['w-1'])).toMatchObject({ ok: true });
    expect(sandbox.counts.byOperation.token).toBe(2);
  });
});

describe('starting', () => {
  it('fails with a clear error on a port that is taken', async () => {
    const { sandbox } = await sandboxAndClient();
    await expect(startCorSandbox({ port: sandbox.port })).rejects.toThrow(/EADDRINUSE/);
  });

  it('fails on a wrong switch', async () => {
    await expect(startCorSandbox({ switches: { latencyMs: -1 } })).rejects.toThrow(/\/latencyMs/);
  });
});
