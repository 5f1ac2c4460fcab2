import { startAmqpFront } from './amqp-front.ts';
import { type Clock, systemClock } from './clock.ts';
import type { NamedQueue } from './entity-links.ts';
import { QueueCore } from './queue-core.ts';
import type { QueueCounts } from './queue-counts.ts';
import type { Departure } from './queue-listener.ts';
import { type QueueOptions, queueSettings } from './queue-options.ts';
import type { StoredContent } from './stored-content.ts';
import { fanOut, subscriptionName, type TopicOptions } from './topic.ts';

export type { QueueOptions, TopicOptions };

export interface BrokerOptions {
  readonly queues: readonly QueueOptions[];
  readonly topics?: readonly TopicOptions[];
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. The broker accepts every token: keep it on loopback. */
  readonly host?: string;
  readonly clock?: Clock;
  /**
   * How long a client may be silent before it is asked for heartbeats (twice that: disconnected). Default
   * 60,000.
   */
  readonly idleTimeoutMs?: number;
}

/**
 * A message that left a queue for good; `queue` ends in `/$DeadLetterQueue` when it left the dead-letter
 * queue.
 */
interface SettledMessage extends Departure {
  readonly queue: string;
}

export interface Broker {
  readonly port: number;
  /** Ready for the official SDK. */
  readonly connectionString: string;
  /** Throws when the options are not valid or the queue exists. */
  createQueue(options: QueueOptions): void;
  /** Throws when there is no such queue; `topic/Subscriptions/name` names a subscription. */
  counts(queue: string): QueueCounts;
  /**
   * Resolves when no message is active, locked or scheduled, scheduled ones aside whose id `leftAside` takes;
   * rejects with the counts when that takes too long.
   */
  waitUntilIdle(queue: string, timeoutMs: number, leftAside?: (messageId: string) => boolean): Promise<void>;
  /** Enqueues a queue's scheduled messages now, for those who do not want to wait for them. */
  enqueueScheduled(queue: string): void;
  /** Returns the function that takes the listener away again. */
  onSettled(listener: (message: SettledMessage) => void): () => void;
  /** Resets every TCP connection, as a network failure would; locks stay, and new connections are welcome. */
  dropConnections(): void;
  stop(): Promise<void>;
}

type Queue = QueueCore<StoredContent>;

/**
 * A Service Bus-compatible broker for queues, and topics whose subscriptions take everything, in this process
 * and in memory.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const {
    queues,
    topics = [],
    port = 0,
    host = '127.0.0.1',
    clock = systemClock(),
    idleTimeoutMs = 60_000,
  } = options;
  const byName = new Map<string, NamedQueue>();
  const settledListeners = new Set<(message: SettledMessage) => void>();

  const announceFrom = (queue: Queue) => {
    queue.listen({
      departed(departure) {
        for (const listener of settledListeners) listener({ queue: queue.settings.name, ...departure });
      },
    });
  };
  const create = (queueOptions: QueueOptions, kind: NamedQueue['kind']): Queue => {
    const settings = queueSettings(queueOptions);
    // Entity names are case-insensitive on Service Bus.
    const key = settings.name.toLowerCase();
    if (byName.has(key)) throw new Error(`Queue "${settings.name}" exists already.`);
    const queue: Queue = new QueueCore(settings, clock);
    if (kind !== 'topic') announceFrom(queue);
    if (queue.deadLetterQueue !== undefined) announceFrom(queue.deadLetterQueue);
    byName.set(key, { queue, kind });
    return queue;
  };
  const createQueue = (queueOptions: QueueOptions) => void create(queueOptions, 'queue');
  const createTopic = ({ subscriptions, ...topic }: TopicOptions) => {
    const created = subscriptions.map((options) =>
      create({ ...options, name: subscriptionName(topic.name, options.name) }, 'subscription'),
    );
    fanOut(create(topic, 'topic'), created);
  };
  const findQueue = (name: string) => byName.get(name.toLowerCase());
  const existingQueue = (name: string) => {
    const found = findQueue(name);
    if (found !== undefined) return found.queue;
    throw new Error(`There is no queue "${name}": create it with createQueue.`);
  };

  for (const queueOptions of queues) createQueue(queueOptions);
  for (const topic of topics) createTopic(topic);
  const front = await startAmqpFront({ host, port, idleTimeoutMs, findQueue });
  return {
    port: front.port,
    connectionString: `Endpoint=sb://${host}:${front.port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true;`,
    createQueue,
    counts: (name) => existingQueue(name).counts(),
    enqueueScheduled: (name) => existingQueue(name).enqueueScheduled(),
    waitUntilIdle: (name, timeoutMs, leftAside) =>
      waitUntilIdle(existingQueue(name), clock, timeoutMs, leftAside),
    onSettled(listener) {
      settledListeners.add(listener);
      return () => settledListeners.delete(listener);
    },
    dropConnections: front.dropConnections,
    async stop() {
      for (const { queue } of byName.values()) queue.close();
      await front.stop();
    },
  };
}

function waitUntilIdle(
  queue: Queue,
  clock: Clock,
  timeoutMs: number,
  leftAside?: (messageId: string) => boolean,
): Promise<void> {
  if (queue.isIdle(leftAside)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      stopListening();
      const { active, locked, scheduled } = queue.counts();
      const left = `${active} active, ${locked} locked and ${scheduled} scheduled messages`;
      reject(new Error(`Queue "${queue.settings.name}" still had ${left} after ${timeoutMs} ms.`));
    });
    const stopListening = queue.listen({
      resting() {
        if (!queue.isIdle(leftAside)) return;
        stopListening();
        timer.cancel();
        resolve();
      },
    });
  });
}
