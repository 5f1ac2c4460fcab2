import { describe, expect, it } from 'vitest';
import { sandboxAndClient, shares, USER } from '../../cor/connect.ts';

const metadata = { source: 'MICROSOFT_DYNAMICS' };

async function caller() {
  const { sandbox, client } = await sandboxAndClient();
  const authorization = `Basic ${Buffer.from(`${sandbox.apiKey}:${sandbox.clientSecret}`).toString('base64')}`;
  const token = await post(`${sandbox.tokenUrl}?grant_type=client_credentials`, authorization);
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    bearer = `Bearer ${token.body.access_token}`,
  ) =>
    read(
      await fetch(sandbox.baseUrl + path, {
        method,
        headers: { authorization: bearer, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  return { sandbox, client, call, token, authorization };
}

async function post(url: string, authorization: string, body?: string) {
  return read(await fetch(url, { method: 'POST', headers: { authorization }, ...(body ? { body } : {}) }));
}

async function read(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the token endpoint', () => {
  it('gives a token in the documented form', async () => {
    const { token } = await caller();
    expect(token).toEqual({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.any(String),
      },
    });
  });

  it('refuses what is not documented', async () => {
    const { sandbox, authorization } = await caller();
    const grant = `${sandbox.tokenUrl}?grant_type=client_credentials`;
    expect((await post(grant, 'Basic d3Jvbmc6d3Jvbmc=')).status).toBe(401);
    expect((await post(grant, 'nothing')).status).toBe(400);
    expect((await post(sandbox.tokenUrl, authorization)).status).toBe(400);
    expect((await post(sandbox.tokenUrl, authorization, 'grant_type=client_credentials')).status).toBe(400);
    expect((await read(await fetch(grant, { headers: { authorization } }))).status).toBe(404);
  });

  it('may leave expires_in out, and forget its tokens', async () => {
    const { sandbox, call, authorization } = await caller();
    sandbox.set({ expiresInSeconds: null });
    const { body } = await post(`${sandbox.tokenUrl}?grant_type=client_credentials`, authorization);
    expect(body).not.toHaveProperty('expires_in');
    const attach = () =>
      call(
        'PUT',
        `/v2/integrations/users/${USER}/attach`,
        { workspaces: shares({ 'w-1': 1 }), metadata },
        `Bearer ${body.access_token}`,
      );
    expect((await attach()).status).toBe(200);
    sandbox.invalidateTokens();
    expect(await attach()).toEqual({ status: 401, body: { error: 401, message: 'Unauthorized' } });
  });

  it('gives tokens that expire', async () => {
    const { sandbox, call, authorization } = await caller();
    sandbox.set({ expiresInSeconds: 0.001 });
    const { body } = await post(`${sandbox.tokenUrl}?grant_type=client_credentials`, authorization);
    await expect
      .poll(
        async () =>
          (await call('PUT', '/v2/integrations/users/u/attach', {}, `Bearer ${body.access_token}`)).status,
      )
      .toBe(401);
  });
});

describe('the API', () => {
  it('answers attach with the documented user', async () => {
    const { call } = await caller();
    const { status, body } = await call('PUT', `/v2/integrations/users/${USER}/attach`, {
      workspaces: shares({ 'w-1': 10 }),
      metadata,
    });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const number = expect.any(Number);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: number,
      name: expect.any(String),
      email: expect.stringMatching(/@example\.com$/),
      workspaces: [
        {
          id: number,
          name: expect.any(String),
          active: true,
          metadata: {},
          json_integrations: {
            integration_id: number,
            is_active: true,
            source: 'MICROSOFT_DYNAMICS',
            destination: null,
            status: 'NOT_SEND',
            origin_external_id: 'w-1',
            destination_external_id: null,
          },
          created_at: time,
          updated_at: time,
          pivot: { workspace_id: number, user_id: body.id, percentage: 10 },
        },
      ],
    });
  });

  it.each([
    ['no JSON', 'text'],
    ['no metadata', { workspaces: shares({ 'w-1': 1 }) }],
    ['no source', { workspaces: shares({ 'w-1': 1 }), metadata: {} }],
    ['an unknown source', { workspaces: shares({ 'w-1': 1 }), metadata: { source: 'DYNAMICS' } }],
    ['no workspaces', { metadata }],
    ['workspaces as an object', { workspaces: {}, metadata }],
    ['a plain id', { workspaces: ['w-1'], metadata }],
    ['a numeric id', { workspaces: [{ workspaceId: 1, percentage: 1 }], metadata }],
    ['a percentage as text', { workspaces: [{ workspaceId: 'w-1', percentage: '1' }], metadata }],
    ['no percentage', { workspaces: [{ workspaceId: 'w-1' }], metadata }],
  ])('refuses an attach with %s', async (_what, body) => {
    const { call, sandbox } = await caller();
    expect((await call('PUT', `/v2/integrations/users/${USER}/attach`, body)).status).toBe(400);
    expect(sandbox.state()).toEqual({ [USER]: {} });
  });

  it('refuses a detach with objects', async () => {
    const { call } = await caller();
    const body = { workspaces: [{ workspaceId: 'w-1' }], metadata };
    expect((await call('PUT', `/v2/integrations/users/${USER}/detach`, body)).status).toBe(400);
  });

  it('creates and updates workspaces and users', async () => {
    const { call, sandbox } = await caller();
    const created = await call('POST', '/v2/integrations/workspaces', {
      id: 'new',
      name: 'New',
      description: 'd',
      metadata,
    });
    expect(created.body).toEqual({
      id: expect.any(Number),
      name: 'New',
      active: true,
      description: 'd',
      company_id: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const updated = await call('PUT', '/v2/integrations/workspaces/new', {
      name: 'Newer',
      active: false,
      metadata,
    });
    expect(updated.body).toMatchObject({
      id: created.body.id,
      name: 'Newer',
      active: false,
      description: 'd',
    });
    expect((await call('PUT', '/v2/integrations/workspaces/none', { metadata })).status).toBe(404);

    const ada = { id: 'ada', email: 'ada@example.com', first_name: 'Ada', last_name: 'L', metadata };
    expect((await call('POST', '/v2/integrations/users', ada)).body).toMatchObject({
      email: 'ada@example.com',
      daily_hours: 8,
    });
    expect(sandbox.state()).toHaveProperty('ada');
    expect((await call('POST', '/v2/integrations/users', ada)).body).toMatchObject({
      code: 'DuplicateExternalIdError',
    });
    expect((await call('POST', '/v2/integrations/users', { ...ada, id: 'other' })).body).toMatchObject({
      code: 'DuplicateEmailError',
    });
    expect((await call('POST', '/v2/integrations/users', { id: 'x', metadata })).body).toMatchObject({
      code: 'ValidationError',
    });
  });

  it.each([
    ['GET', '/v2/integrations/users/u/attach'],
    ['PUT', '/v2/integrations/users//attach'],
    ['PUT', '/v2/integrations/users/a/b/attach'],
    ['PUT', '/v2/integrations/users/%E0%A4%A/attach'],
    ['POST', '/v2/integrations/teams'],
    ['PUT', '/'],
  ])('knows no %s %s', async (method, path) => {
    const { call } = await caller();
    const { status, body } = await call(method, path, method === 'GET' ? undefined : { metadata });
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'E_ROUTE_NOT_FOUND' } });
  });
});
