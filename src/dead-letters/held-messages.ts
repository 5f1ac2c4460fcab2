import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { serviceBusFailure } from '../messaging/service-bus-failure.ts';
import { answerWithin } from '../timeout.ts';
import { sequenceNumberOf } from './headers.ts';

export interface ReceivedMessage {
  readonly message: ServiceBusReceivedMessage;
  readonly receiver: ServiceBusReceiver;
}

export interface HeldMessages {
  /** The next messages in order, locked; none when none came within `withinMs`. */
  receive(count: number, withinMs: number): Promise<ReceivedMessage[]>;
  /** Keeps a message locked until `release`: abandoned at once, it would be the next one to be received. */
  hold(received: ReceivedMessage): void;
  /**
   * Abandons all held messages, until one call brings no answer in time or the connection is lost: what is
   * left locked runs out by itself.
   */
  release(answerWithinMs: number): Promise<void>;
}

/**
 * With one delivery unsettled, an AMQP session of rhea 3.0.5 takes 2,047 further ones and then stops without
 * a word (lib/session.js, a ring of 2,048): long before, a further link is opened, which has a session of its
 * own.
 */
const DELIVERIES_WHILE_HOLDING = 1_000;

const RELEASED_TOGETHER = 100;

interface Link {
  readonly receiver: ServiceBusReceiver;
  holds: boolean;
  deliveriesWhileHolding: number;
}

export function createHeldMessages(openReceiver: () => ServiceBusReceiver): HeldMessages {
  const held = new Map<string, ReceivedMessage>();
  let link: Link | undefined;

  return {
    async receive(count, withinMs) {
      if (!link || link.deliveriesWhileHolding >= DELIVERIES_WHILE_HOLDING)
        link = { receiver: openReceiver(), holds: false, deliveriesWhileHolding: 0 };
      const { receiver } = link;
      const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: withinMs });
      if (link.holds) link.deliveriesWhileHolding += messages.length;
      return messages.map((message) => ({ message, receiver }));
    },
    hold(received) {
      held.set(sequenceNumberOf(received.message), received);
      if (link) link.holds = true;
    },
    async release(answerWithinMs) {
      const all = [...held.values()];
      held.clear();
      for (let i = 0; i < all.length; i += RELEASED_TOGETHER) {
        // Together, because they all have the same outcome and nothing else is settled meanwhile: rhea merges
        // neighbouring dispositions.
        const abandoned = all
          .slice(i, i + RELEASED_TOGETHER)
          .map(({ receiver, message }) => answerWithin(answerWithinMs, receiver.abandonMessage(message)));
        const results = await Promise.allSettled(abandoned);
        const lost = results.some(
          (result) => result.status === 'rejected' && serviceBusFailure(result.reason).concerns === 'all',
        );
        if (lost) return;
      }
    },
  };
}
