import { describe, expect, it } from 'vitest';
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
