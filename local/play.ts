import { ServiceBusClient } from '@azure/service-bus';
import type { Sample } from './events/samples.ts';

/** How a message ended: `succeeded`, `skipped`, `duplicate`, or the reason of its dead letter. */
export interface Ending {
  readonly ending: string;
  readonly ms: number;
}

/** Hears of every message's end, in the app's log lines. */
export interface Endings {
  /** Feeds a line of the app's log. */
  hear(line: Readonly<Record<string, unknown>> | undefined): void;
  /** Resolves with how the message ended; rejects after `timeoutMs`. */
  of(messageId: string, timeoutMs: number): Promise<string>;
}

export function createEndings(): Endings {
  const known = new Map<string, string>();
  const waiting = new Map<string, (ending: string) => void>();
  return {
    hear(line) {
      if (line?.evt !== 'message.completed' && line?.evt !== 'message.deadlettered') return;
      const id = String(line.messageId);
      const ending = String(line.deadLetterReason ?? line.outcome);
      known.set(id, ending);
      waiting.get(id)?.(ending);
    },
    of(messageId, timeoutMs) {
      const ending = known.get(messageId);
      if (ending !== undefined) return Promise.resolve(ending);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(messageId);
          reject(new Error(`was not settled within ${timeoutMs / 1_000} s`));
        }, timeoutMs);
        waiting.set(messageId, (heard) => {
          clearTimeout(timer);
          waiting.delete(messageId);
          resolve(heard);
        });
      });
    },
  };
}

export interface PlayOptions {
  readonly connectionString: string;
  readonly queue: string;
  readonly samples: readonly Sample[];
  readonly endings: Endings;
  onEnding(sample: Sample, ending: Ending): void;
  /** How long a sample may take to end. Default 20 s. */
  readonly longestMs?: number;
}

const LONGEST_MS = 20_000;

/**
 * Sends the samples one after the other, each when the one before has ended: they tell a story. Throws at the
 * first that does not end: whatever keeps it would keep all that come after it.
 */
export async function play({
  connectionString,
  queue,
  samples,
  endings,
  onEnding,
  longestMs = LONGEST_MS,
}: PlayOptions): Promise<void> {
  const client = new ServiceBusClient(connectionString);
  try {
    const sender = client.createSender(queue);
    for (const sample of samples) {
      const started = performance.now();
      const { body, contentType, messageId, applicationProperties } = sample;
      await sender.sendMessages({
        body,
        contentType,
        messageId,
        applicationProperties: { ...applicationProperties },
      });
      const ending = await endings.of(messageId, longestMs).catch((error: Error) => {
        throw new Error(
          `The sample ${sample.name} ${error.message}. What was logged: ./connector log --no-follow`,
          { cause: error },
        );
      });
      onEnding(sample, { ending, ms: Math.round(performance.now() - started) });
    }
  } finally {
    await client.close();
  }
}
