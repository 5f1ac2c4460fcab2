import type { ServiceBusClient, ServiceBusReceiver } from '@azure/service-bus';
import type { Source } from '../settings-services.ts';

export type Client = Pick<ServiceBusClient, 'createReceiver' | 'createSender'>;

/** One place where dead letters of the connector lie. */
export interface DeadLetterQueue {
  readonly from: 'queue' | 'subscription';
  /** Each call gives a receiver with an AMQP link of its own. Closing the client closes them all. */
  openReceiver(): ServiceBusReceiver;
}

const OPTIONS = {
  subQueueType: 'deadLetter',
  // The copy has to carry the sender's bytes and times, not what JSON.parse and JSON.stringify make of them.
  skipParsingBodyAsJson: true,
  skipConvertingDate: true,
  // One request for each message held: cheaper to let the locks of the held ones run out and receive those
  // again.
  maxAutoLockRenewalDurationInMs: 0,
} as const;

/** In topic form messages from Dataverse die in the subscription, retried and replayed ones in the queue. */
export function deadLetterQueues(client: Client, source: Source): DeadLetterQueue[] {
  const queue: DeadLetterQueue = {
    from: 'queue',
    openReceiver: () => client.createReceiver(source.queue, OPTIONS),
  };
  if (source.kind === 'queue') return [queue];
  const { topic, subscription } = source;
  return [
    { from: 'subscription', openReceiver: () => client.createReceiver(topic, subscription, OPTIONS) },
    queue,
  ];
}
