import { AmqpError } from './amqp-error.ts';
import type { OpenLink } from './amqp-session.ts';
import { answerCbsRequest, CBS_ADDRESS } from './cbs.ts';
import { DeliveryPump } from './delivery-pump.ts';
import { parseEntityAddress } from './entity-address.ts';
import { managementNode } from './management.ts';
import type { QueueCore } from './queue-core.ts';
import { openReceiverLink } from './receiver-link.ts';
import { openRequestNodeLink, type RequestNode } from './request-node.ts';
import { openSenderLink } from './sender-link.ts';
import type { StoredContent } from './stored-content.ts';
import { terminusAddress } from './terminus.ts';

type Queue = QueueCore<StoredContent>;
/**
 * What a broker has under a name. A topic can be sent to and not received from, a subscription the other way
 * round.
 */
export interface NamedQueue {
  readonly queue: Queue;
  readonly kind: 'queue' | 'topic' | 'subscription';
}

export type FindQueue = (name: string) => NamedQueue | undefined;

/** What all clients of one queue or dead-letter queue share. */
interface Entity {
  readonly queue: Queue;
  readonly pump: DeliveryPump;
  readonly management: RequestNode;
}

/** Leads each link that a client attaches to what its address names. */
export function entityLinkOpener(findQueue: FindQueue, host: string): OpenLink {
  const entities = new WeakMap<Queue, Entity>();
  const entityOf = (queue: Queue): Entity => {
    const known = entities.get(queue);
    if (known !== undefined) return known;
    const entity = { queue, pump: new DeliveryPump(queue), management: managementNode(queue) };
    entities.set(queue, entity);
    return entity;
  };
  return (session, attach) => {
    const address = terminusAddress(attach.role ? attach.source : attach.target);
    if (address === CBS_ADDRESS) return openRequestNodeLink(session, attach, answerCbsRequest);
    const { queueName, isDeadLetterQueue, isManagement } = parseEntityAddress(address);
    const found = findQueue(queueName);
    const queue = isDeadLetterQueue ? found?.queue.deadLetterQueue : found?.queue;
    if (found === undefined || queue === undefined || (found.kind === 'topic' && isDeadLetterQueue))
      throw entityNotFoundError(host, address);
    const entity = entityOf(queue);
    if (isManagement) return openRequestNodeLink(session, attach, entity.management);
    if (found.kind !== 'queue' && !isDeadLetterQueue) refuseWrongEnd(found.kind, attach.role, queueName);
    return attach.role
      ? openReceiverLink(session, attach, queue, entity.pump)
      : openSenderLink(session, attach, queue);
  };
}

/** The SDK tells an unknown entity by this text, not by the condition. */
function entityNotFoundError(host: string, address: string): AmqpError {
  return new AmqpError(
    'amqp:not-found',
    `The messaging entity 'sb://${host}/${address}' could not be found.`,
  );
}

function refuseWrongEnd(kind: 'topic' | 'subscription', receives: boolean, name: string): void {
  if (kind === 'topic' && receives)
    throw new AmqpError('amqp:not-allowed', `"${name}" is a topic: receive from one of its subscriptions.`);
  if (kind === 'subscription' && !receives)
    throw new AmqpError('amqp:not-allowed', `"${name}" is a subscription: send to its topic.`);
}
