import { AmqpError } from './amqp-error.ts';

export interface EntityAddress {
  readonly queueName: string;
  readonly isDeadLetterQueue: boolean;
  /** The request/response node that belongs to the queue. */
  readonly isManagement: boolean;
}

/** Reads `queue`, `queue/$DeadLetterQueue` and either of them with `/$management`, in any case. */
export function parseEntityAddress(address: string): EntityAddress {
  if (/\/subscriptions\//i.test(address)) {
    throw new AmqpError(
      'amqp:not-implemented',
      `This broker serves plain queues only; "${address}" is a topic subscription.`,
    );
  }
  const withoutHost = address.replace(/^amqps?:\/\/[^/]*\//i, '').replace(/^\//, '');
  const entity = withoutHost.replace(/\/\$management$/i, '');
  const queueName = entity.replace(/\/\$DeadLetterQueue$/i, '');
  return { queueName, isDeadLetterQueue: queueName !== entity, isManagement: entity !== withoutHost };
}
