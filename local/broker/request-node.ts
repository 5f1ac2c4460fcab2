import rhea, { type Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import type { AmqpSession } from './amqp-session.ts';
import { propertiesIn } from './disposition-outcome.ts';
import { IncomingLink } from './incoming-link.ts';
import { SECTION, splitSections } from './message-sections.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { ACCEPTED, type AttachFields } from './performatives.ts';
import { amqpReader } from './rhea-types.ts';

export interface NodeRequest {
  readonly operation: string;
  /** The body's map; empty when the body is something else. Values keep their AMQP types. */
  readonly body: ReadonlyMap<string, Typed>;
}

export interface NodeReply {
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** `$cbs` or a `$management` node: answers each request with one message. */
export type RequestNode = (request: NodeRequest) => NodeReply;

const NO_TAG = Buffer.alloc(1);
// Peeked messages travel in one reply, so replies are far larger than messages may be.
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** Opens either half of a client's request/response pair; both halves are attached in one session. */
export function openRequestNodeLink(
  session: AmqpSession,
  attach: AttachFields,
  node: RequestNode,
): ReplyLink | IncomingLink {
  if (attach.role) return new ReplyLink(session, attach);
  return new IncomingLink(session, attach, {
    maxMessageBytes: MAX_REQUEST_BYTES,
    receive(message) {
      const { request, replyTo, messageId } = decodeRequest(message);
      const link = findReplyLink(session, replyTo);
      const { applicationProperties, body } = node(request);
      link.reply(
        rhea.message.encode({
          correlation_id: messageId,
          application_properties: applicationProperties,
          body,
        }),
      );
      return ACCEPTED;
    },
  });
}

class ReplyLink extends OutgoingLink {
  readonly #waiting: Buffer[] = [];

  constructor(session: AmqpSession, attach: AttachFields) {
    super(session, attach, { maxMessageBytes: MAX_REQUEST_BYTES, wake: () => this.#sendWaiting() });
  }

  reply(message: Buffer): void {
    this.#waiting.push(message);
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    while (this.isReady) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.send(NO_TAG, true, message);
    }
  }
}

function decodeRequest(message: Buffer) {
  try {
    const { message_id, reply_to, application_properties } = rhea.message.decode(message);
    const value = splitSections(message).find((section) => section.code === SECTION.value);
    const body = value && amqpReader(value.bytes).read();
    const isMap = Array.isArray(body?.value);
    const request: NodeRequest = {
      operation: String(application_properties?.operation ?? ''),
      body: propertiesIn(isMap ? body : undefined),
    };
    return {
      request,
      messageId: message_id as unknown,
      replyTo: typeof reply_to === 'string' ? reply_to : '',
    };
  } catch (cause) {
    throw new AmqpError('amqp:decode-error', 'The request is not valid AMQP.', { cause });
  }
}

/** The SDK gives its `$cbs` receiver no target address: then the only receiver of the session is meant. */
function findReplyLink(session: AmqpSession, replyTo: string): ReplyLink {
  const links = [...session.links].filter((link) => link instanceof ReplyLink);
  const link = links.find((candidate) => candidate.targetAddress === replyTo) ?? links[0];
  if (link !== undefined) return link;
  throw new AmqpError(
    'amqp:precondition-failed',
    'The session of the request has no receiver for the reply.',
  );
}
