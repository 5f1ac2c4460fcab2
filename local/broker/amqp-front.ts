import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import rhea from 'rhea';
import { serveConnection } from './amqp-connection.ts';
import { entityLinkOpener, type FindQueue } from './entity-links.ts';
import type { RheaConnection } from './rhea-types.ts';

export interface AmqpFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly idleTimeoutMs: number;
  readonly findQueue: FindQueue;
}

export interface AmqpFront {
  readonly port: number;
  /** Resets every TCP connection; new ones are welcome. */
  dropConnections(): void;
  stop(): Promise<void>;
}

// What Service Bus announces.
const MAX_FRAME_BYTES = 65_536;

/** Listens for AMQP 1.0 over plain TCP. Rejects with the socket's error when the port cannot be had. */
export async function startAmqpFront(options: AmqpFrontOptions): Promise<AmqpFront> {
  const { host, port, idleTimeoutMs, findQueue } = options;
  const openLink = entityLinkOpener(findQueue, host);
  const container = rhea.create_container({ id: 'local-service-bus' });
  container.on('connection_open', (context: { connection: RheaConnection }) => {
    serveConnection(context.connection, openLink);
  });
  // Without a listener rhea prints these or throws them into the process; it closes the socket in each case.
  for (const event of ['connection_close', 'connection_error', 'protocol_error', 'error', 'disconnected']) {
    container.on(event, () => {});
  }

  const sockets = new Set<Socket>();
  const dropConnections = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = container.listen({
    host,
    port,
    idle_time_out: idleTimeoutMs,
    max_frame_size: MAX_FRAME_BYTES,
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dropConnections,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      dropConnections();
      await closed;
    },
  };
}
