export interface EntityAddress {
  /** Of a subscription: `topic/Subscriptions/name`. */
  readonly queueName: string;
  readonly isDeadLetterQueue: boolean;
  /** The request/response node that belongs to the queue. */
  readonly isManagement: boolean;
}

/**
 * Reads `queue` or `topic/Subscriptions/name`, with `/$DeadLetterQueue` and either of them with
 * `/$management`, in any case.
 */
export function parseEntityAddress(address: string): EntityAddress {
  const withoutHost = address.replace(/^amqps?:\/\/[^/]*\//i, '').replace(/^\//, '');
  const entity = withoutHost.replace(/\/\$management$/i, '');
  const queueName = entity.replace(/\/\$DeadLetterQueue$/i, '');
  return { queueName, isDeadLetterQueue: queueName !== entity, isManagement: entity !== withoutHost };
}
