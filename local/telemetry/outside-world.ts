import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OutsideWorld {
  /** Settings that send every request of the Azure SDKs here, except those to loopback. */
  readonly env: Readonly<Record<string, string>>;
  /** `host:port` of each connection that was asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/**
 * A proxy that connects nobody: a process behind it stays on this machine, and what it would have called is
 * known.
 */
export async function startOutsideWorld(): Promise<OutsideWorld> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1,localhost' },
    asked,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
