import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

export type Disposition =
  | { readonly outcome: 'completed' }
  | { readonly outcome: 'abandoned' }
  | { readonly outcome: 'deferred' }
  | { readonly outcome: 'deadLettered'; readonly reason?: string; readonly description?: string };

/** A message under peek-lock, from its reception until it is settled. */
export interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  /** Set once Service Bus has confirmed it. */
  readonly outcome: Disposition['outcome'] | undefined;
  readonly settling: boolean;
  /** Rejects with the SDK's error; also when it is settled, or being settled, already. */
  settle(disposition: Disposition): Promise<void>;
  renewLock(): Promise<void>;
  /** Resolves when no settlement is under way any more. */
  idle(): Promise<void>;
}

export function createDelivery(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage): Delivery {
  let outcome: Disposition['outcome'] | undefined;
  let underWay: Promise<void> | undefined;

  return {
    message,
    get outcome() {
      return outcome;
    },
    get settling() {
      return underWay !== undefined;
    },
    async settle(disposition) {
      if (outcome || underWay) {
        throw new Error(
          'The lock supplied is invalid: the message has been settled already. (MessageLockLost)',
        );
      }
      underWay = settleInOwnTick(receiver, message, disposition);
      try {
        await underWay;
        outcome = disposition.outcome;
      } finally {
        underWay = undefined;
      }
    },
    async renewLock() {
      await receiver.renewMessageLock(message);
    },
    async idle() {
      await underWay?.catch(() => undefined);
    },
  };
}

/**
 * Trap: rhea 3.0.5 (lib/session.js, write_dispositions) sends the first two neighbouring deliveries that are
 * settled in one tick as one disposition with the first one's outcome, so a message can end completed because
 * its neighbour was. Node drains microtasks and nextTick between two immediates, hence one immediate each
 * keeps them apart without waiting for round trips.
 */
async function settleInOwnTick(
  receiver: ServiceBusReceiver,
  message: ServiceBusReceivedMessage,
  disposition: Disposition,
): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  switch (disposition.outcome) {
    case 'completed':
      return receiver.completeMessage(message);
    case 'abandoned':
      return receiver.abandonMessage(message);
    case 'deferred':
      return receiver.deferMessage(message);
    case 'deadLettered':
      return receiver.deadLetterMessage(message, {
        deadLetterReason: disposition.reason ?? '',
        deadLetterErrorDescription: disposition.description ?? '',
      });
  }
}
