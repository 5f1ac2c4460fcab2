import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdentityEndpoint {
  /** The settings by which an app finds its managed identities. */
  readonly env: Readonly<Record<string, string>>;
  /** The token that it gives out. */
  readonly token: string;
  /** Query of each request for a token. */
  readonly asked: readonly Readonly<Record<string, string>>[];
  stop(): Promise<void>;
}

/** Stands in for the managed identity endpoint of Azure Functions (api-version 2019-08-01). */
export async function startIdentityEndpoint(): Promise<IdentityEndpoint> {
  const header = 'identity-header';
  const token = 'token-of-the-managed-identity';
  const asked: Record<string, string>[] = [];
  const server = createServer((request, response) => {
    if (request.headers['x-identity-header'] !== header) {
      response.writeHead(401).end();
      return;
    }
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push(Object.fromEntries(searchParams));
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: token,
        client_id: searchParams.get('client_id'),
        expires_on: String(Math.floor(Date.now() / 1_000) + 3_600),
        resource: searchParams.get('resource'),
        token_type: 'Bearer',
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: header },
    token,
    asked,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
