import { describe, expect, it } from 'vitest';
import type { CorCallEvent } from '../../src/cor/watch-call.ts';
import { clientOf, rawServer, sandboxAndClient, shares, USER } from './connect.ts';

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
