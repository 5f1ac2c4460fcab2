import type { ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import type { Connection } from '../connection.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { openServiceBus } from '../messaging/service-bus-connection.ts';
import { type Settings, SettingsError } from '../settings.ts';
import type { Source } from '../settings-services.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../timeout.ts';
import { type DeadLetterContent, readContent } from './content.ts';
import { type Client, type DeadLetterQueue, deadLetterQueues } from './dead-letter-queue.ts';
import { type Filter, matches } from './filter.ts';
import { type DeadLetterHeaders, readHeaders } from './headers.ts';

/** The dead letters of one connector. */
export interface DeadLetters {
  readonly queues: readonly DeadLetterQueue[];
  readonly mapping: Mapping;
  /** To where replayed copies go, and to see what is there. */
  openSender(): ServiceBusSender;
  openQueue(): ServiceBusReceiver;
}

export interface DeadLetterEntry {
  readonly queue: DeadLetterQueue;
  /** 1 for the oldest in its queue. */
  readonly position: number;
  readonly headers: DeadLetterHeaders;
  readonly message: ServiceBusReceivedMessage;
  content(): DeadLetterContent;
}

export function deadLettersOf(client: Client, source: Source, mapping: Mapping): DeadLetters {
  return {
    queues: deadLetterQueues(client, source),
    mapping,
    openSender: () => client.createSender(source.queue),
    openQueue: () => client.createReceiver(source.queue, { skipParsingBodyAsJson: true }),
  };
}

const PAGE = 250;
const CLOSE_WITHIN_MS = 5_000;

/** Peeks at all messages of an entity, the oldest first. Once for each client. */
export async function* peekAll(receiver: ServiceBusReceiver): AsyncGenerator<ServiceBusReceivedMessage> {
  // Without a number the SDK starts after the last message that this client peeked: at the first one for a
  // new client.
  let page = await answerWithin(ANSWER_WITHIN_MS, receiver.peekMessages(PAGE));
  while (page.length > 0) {
    yield* page;
    const last = page.at(-1)?.sequenceNumber;
    if (!last) return;
    const next = receiver.peekMessages(PAGE, { fromSequenceNumber: last.add(1) });
    page = await answerWithin(ANSWER_WITHIN_MS, next);
  }
}

/** How to look through dead letters. */
export interface Look {
  /** Ends the look early. */
  readonly signal?: AbortSignal;
  /** Hears how many were looked at, whether they match or not. */
  onLooked?(count: number): void;
  /** Sees each that matches, where they are not yielded. */
  onEntry?(entry: DeadLetterEntry): void;
}

/**
 * Looks through all dead letters without locking any, the oldest first in each queue, and yields those that
 * match. Once for each client.
 */
export async function* readDeadLetters(
  { queues, mapping }: DeadLetters,
  filter: Filter,
  { signal, onLooked }: Look = {},
): AsyncGenerator<DeadLetterEntry> {
  let found = 0;
  let looked = 0;
  for (const queue of queues) {
    let position = 0;
    for await (const message of peekAll(queue.openReceiver())) {
      if (signal?.aborted || found === filter.max) return;
      position += 1;
      looked += 1;
      onLooked?.(looked);
      const headers = readHeaders(queue.from, message);
      const content = () => readContent(message, mapping);
      if (!matches(filter, headers, content)) continue;
      found += 1;
      yield { queue, position, headers, message, content };
    }
  }
}

async function open(connection: Connection) {
  try {
    return await openServiceBus(connection);
  } catch (cause) {
    // The client has not connected yet: only the text it was given can be wrong.
    const form =
      'Endpoint=sb://<namespace>.servicebus.windows.net/;SharedAccessKeyName=<rule>;SharedAccessKey=<key>';
    throw new SettingsError(`ServiceBusConnection: should be a connection string such as ${form}`, { cause });
  }
}

/** Connects, lets `use` work, and disconnects. Nothing is connected before the first call needs it. */
export async function withDeadLetters<Result>(
  { serviceBus, source, mapping }: Pick<Settings, 'serviceBus' | 'source' | 'mapping'>,
  use: (letters: DeadLetters) => Promise<Result>,
): Promise<Result> {
  const client = await open(serviceBus);
  try {
    return await use(deadLettersOf(client, source, mapping));
  } finally {
    // What was to be done is done: a connection that does not close in order is no failure.
    await answerWithin(CLOSE_WITHIN_MS, client.close()).catch(() => undefined);
  }
}
