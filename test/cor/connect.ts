import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type CorSandboxOptions, startCorSandbox } from '../../local/cor/sandbox.ts';
import type { CorSwitchInput } from '../../local/cor/switches.ts';
import { type CorClientOptions, createCorClient } from '../../src/cor/create-cor-client.ts';

export const USER = 'OKTA-USER-12345';

/** A client and a sandbox that knows one user and three workspaces; both end with the test. */
export async function sandboxAndClient(
  switches: CorSwitchInput = {},
  options: Partial<CorClientOptions & CorSandboxOptions> = {},
) {
  const sandbox = await startCorSandbox({
    users: [USER],
    workspaces: ['w-1', 'w-2', 'w-3'],
    switches,
    ...options,
  });
  const client = clientOf(sandbox, options);
  onTestFinished(async () => {
    await sandbox.stop();
    await client.close();
  });
  return { sandbox, client };
}

/** A client that ends with the test. */
export function clientOf(
  server: { baseUrl: string; tokenUrl: string; apiKey?: string; clientSecret?: string },
  options: Partial<CorClientOptions> = {},
) {
  const { baseUrl, tokenUrl, apiKey = 'test-key', clientSecret = 'test-client-secret' } = server;
  const client = createCorClient({ apiKey, clientSecret, timeoutMs: 5_000, ...options, baseUrl, tokenUrl });
  onTestFinished(() => client.close());
  return client;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that gives out tokens and leaves every other request to `handler`: for what no sandbox would do. Ends with the test. */
export async function rawServer(handler: Handler, token: Handler = giveToken) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    (request.url?.startsWith('/v1/oauth/token') ? token : handler)(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl, tokenUrl: `${baseUrl}/v1/oauth/token`, server };
}

function giveToken(_request: IncomingMessage, response: ServerResponse): void {
  response.end(JSON.stringify({ access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 }));
}

export function shares(percentages: Record<string, number>) {
  return Object.entries(percentages).map(([workspaceId, percentage]) => ({ workspaceId, percentage }));
}
