import type { ServiceBusReceivedMessage, ServiceBusSender } from '@azure/service-bus';
import type { Settings, Source } from '../config.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { openServiceBus } from '../messaging/service-bus-connection.ts';
import { type DeadLetterContent, readContent } from './content.ts';
import { type Client, type DeadLetterQueue, deadLetterQueues } from './dead-letter-queue.ts';
import { type Filter, matches } from './filter.ts';
import { type DeadLetterHeaders, readHeaders } from './headers.ts';

/** The dead letters of one connector. */
export interface DeadLetters {
  readonly queues: readonly DeadLetterQueue[];
  readonly mapping: Mapping;
  /** To where replayed copies go. */
  openSender(): ServiceBusSender;
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
  };
}

const PAGE = 250;
const CLOSE_TIMEOUT_MS = 5_000;

async function* peekAll(queue: DeadLetterQueue): AsyncGenerator<ServiceBusReceivedMessage> {
  const receiver = queue.openReceiver();
  // Without a number the SDK starts after the last message that this client peeked: at the first one for a new client.
  let page = await receiver.peekMessages(PAGE);
  while (page.length > 0) {
    yield* page;
    const last = page.at(-1)?.sequenceNumber;
    if (!last) return;
    page = await receiver.peekMessages(PAGE, { fromSequenceNumber: last.add(1) });
  }
}

/**
 * Looks through all dead letters without locking any, the oldest first in each queue, and yields those that match. Once for each
 * client. Ends early when the signal is aborted.
 */
export async function* readDeadLetters(
  { queues, mapping }: DeadLetters,
  filter: Filter,
  signal?: AbortSignal,
): AsyncGenerator<DeadLetterEntry> {
  let found = 0;
  for (const queue of queues) {
    let position = 0;
    for await (const message of peekAll(queue)) {
      if (signal?.aborted || found === filter.max) return;
      position += 1;
      const headers = readHeaders(queue.from, message);
      const content = () => readContent(message, mapping);
      if (!matches(filter, headers, content)) continue;
      found += 1;
      yield { queue, position, headers, message, content };
    }
  }
}

/** Connects, lets `use` work, and disconnects. Nothing is connected before the first call needs it. */
export async function withDeadLetters<Result>(
  { serviceBus, source, mapping }: Pick<Settings, 'serviceBus' | 'source' | 'mapping'>,
  use: (letters: DeadLetters) => Promise<Result>,
): Promise<Result> {
  const client = await openServiceBus(serviceBus);
  try {
    return await use(deadLettersOf(client, source, mapping));
  } finally {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    // What was to be done is done: a connection that does not close in order is no failure.
    await Promise.race([client.close().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}
