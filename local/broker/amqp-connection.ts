import { AmqpError } from './amqp-error.ts';
import { AmqpSession, type OpenLink, type SessionTransport, type WriteFrame } from './amqp-session.ts';
import type * as performatives from './performatives.ts';
import type { Frame, RheaConnection } from './rhea-types.ts';

/** Used when the client sets no limit. */
const MAX_FRAME_BYTES = 65_536;
const SMALLEST_FRAME_LIMIT = 512;

/**
 * Serves a connection that rhea has opened: puts the broker's sessions in place of rhea's. Ends with the
 * socket.
 */
export function serveConnection(connection: RheaConnection, openLink: OpenLink): void {
  const { socket } = connection;
  const sessions = new Map<number, AmqpSession>();
  const output = frameOutput(connection);
  const clientLimit = connection.remote.open?.max_frame_size ?? MAX_FRAME_BYTES;
  const transport: SessionTransport = {
    write: output.write,
    // AMQP 1.0, part 2, section 2.7.1: no peer may ask for less than 512 bytes.
    maxFrameBytes: Math.max(SMALLEST_FRAME_LIMIT, Math.min(clientLimit, MAX_FRAME_BYTES)),
    openLink,
  };
  const session = (channel: number) => {
    const found = sessions.get(channel);
    if (found !== undefined) return found;
    throw new AmqpError('amqp:not-allowed', `No session has begun on channel ${channel}.`);
  };

  // rhea calls these methods of its connection for each frame (lib/connection.js, delegate_to_session).
  Object.assign(connection, {
    on_begin: guarded<performatives.BeginFields>(connection, ({ channel, performative }) => {
      if (sessions.has(channel)) throw new AmqpError('amqp:not-allowed', `Channel ${channel} is in use.`);
      sessions.set(channel, new AmqpSession(channel, performative, transport));
    }),
    on_end: guarded(connection, ({ channel }) => {
      session(channel).onEnd();
      sessions.delete(channel);
    }),
    on_attach: guarded<performatives.AttachFields>(connection, (frame) =>
      session(frame.channel).onAttach(frame.performative),
    ),
    on_detach: guarded<performatives.DetachFields>(connection, (frame) =>
      session(frame.channel).onDetach(frame.performative),
    ),
    on_flow: guarded<performatives.FlowFields>(connection, (frame) =>
      session(frame.channel).onFlow(frame.performative),
    ),
    on_transfer: guarded<performatives.TransferFields>(connection, (frame) =>
      session(frame.channel).onTransfer(frame.performative, frame.payload),
    ),
    on_disposition: guarded<performatives.DispositionFields>(connection, (frame) =>
      session(frame.channel).onDisposition(frame.performative),
    ),
  });

  // rhea answers the open on the next tick, but a client may have sent its first begin together with the
  // open.
  connection._process();
  socket.setNoDelay(true);
  socket.on('data', output.acknowledgeRead);
  socket.once('close', () => {
    for (const open of sessions.values()) open.close();
    sessions.clear();
    // rhea listens for 'end' only: without this its heartbeat timers outlive a destroyed socket.
    connection.eof();
  });
}

/** Collects the frames of one turn of the event loop into one write. */
function frameOutput(connection: RheaConnection): { write: WriteFrame; acknowledgeRead: () => void } {
  const { socket } = connection;
  let wroteSinceRead = false;
  let isCorked = false;
  const flush = () => {
    isCorked = false;
    connection.output();
    socket.uncork();
  };
  return {
    write(channel, performative, payload) {
      wroteSinceRead = true;
      if (!isCorked) {
        isCorked = true;
        socket.cork();
        process.nextTick(flush);
      }
      connection.amqp_transport.encode({ channel, type: 0, performative, payload });
    },
    acknowledgeRead() {
      // The SDK leaves Nagle's algorithm on: its next small frame waits up to 40 ms for the kernel's delayed
      // acknowledgement of this one. An empty frame carries it at once.
      if (!wroteSinceRead && !socket.destroyed) connection._write_frame();
      wroteSinceRead = false;
    },
  };
}

/** A frame that breaks the protocol closes the connection with the reason. */
function guarded<Fields>(connection: RheaConnection, handle: (frame: Frame<Fields>) => void) {
  return (frame: Frame<Fields>): void => {
    if (connection.is_closed() || connection.socket.destroyed) return;
    try {
      handle(frame);
    } catch (error) {
      const description = error instanceof Error ? error.message : String(error);
      connection.close({
        condition: error instanceof AmqpError ? error.condition : 'amqp:internal-error',
        description,
      });
    }
  };
}
