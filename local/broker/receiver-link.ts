import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import type { AmqpSession } from './amqp-session.ts';
import { encodeDelivery } from './delivered-message.ts';
import type { Consumer, DeliveryPump } from './delivery-pump.ts';
import { settlementOf } from './disposition-outcome.ts';
import { guidOrder, tokenBytes, tokenFromBytes } from './lock-token.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { ACCEPTED, type AttachFields, rejected } from './performatives.ts';
import type { QueueCore } from './queue-core.ts';
import { lockLostError, notAllowedInDeadLetterQueueError } from './settle-errors.ts';
import type { StoredContent } from './stored-content.ts';
import { hasFilter } from './terminus.ts';

const SETTLED_BY_SENDER = 1;
const NO_TOKEN = Buffer.alloc(16);

/**
 * A client's receiver of a queue: peek-lock, or receive-and-delete when the client asks for settled messages.
 */
export function openReceiverLink(
  session: AmqpSession,
  attach: AttachFields,
  queue: QueueCore<StoredContent>,
  pump: DeliveryPump,
): OutgoingLink {
  if (hasFilter(attach.source, 'com.microsoft:session-filter')) {
    throw new AmqpError(
      'amqp:not-allowed',
      `Queue "${queue.settings.name}" has no sessions: use a plain receiver.`,
    );
  }
  const link = new OutgoingLink(session, attach, {
    maxMessageBytes: queue.settings.maxMessageBytes,
    wake: () => pump.run(),
    outcome: (tag, state) => settle(queue, tag, state),
    closed: () => pump.remove(consumer),
  });
  const receive = attach.snd_settle_mode === SETTLED_BY_SENDER ? receiveAndDelete : peekLock;
  const consumer: Consumer = {
    get isReady() {
      return link.isReady;
    },
    receiveOne: () => receive(queue, link),
  };
  pump.add(consumer);
  return link;
}

function peekLock(queue: QueueCore<StoredContent>, link: OutgoingLink): void {
  const message = queue.acquire();
  if (message === undefined) return;
  link.send(guidOrder(tokenBytes(message.lock.token)), false, encodeDelivery(message));
}

function receiveAndDelete(queue: QueueCore<StoredContent>, link: OutgoingLink): void {
  const message = queue.take();
  if (message !== undefined) link.send(NO_TOKEN, true, encodeDelivery(message));
}

function settle(queue: QueueCore<StoredContent>, tag: Buffer, state: Typed | undefined): Typed | undefined {
  const settlement = settlementOf(state);
  if (settlement === undefined) return undefined;
  switch (queue.settle(tokenFromBytes(guidOrder(tag)) ?? '', settlement)) {
    case 'settled':
      return ACCEPTED;
    case 'lockLost':
      return rejected(lockLostError());
    case 'notAllowed':
      return rejected(notAllowedInDeadLetterQueueError());
  }
}
