import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { ANSWER_WITHIN_MS, answerWithin } from '../timeout.ts';
import type { DeadLetters } from './dead-letters.ts';
import { sequenceNumberOf } from './headers.ts';
import { type AmqpMessage, replayCopy } from './replay-copy.ts';
import { type RunOptions, type Settled, settleTargets, type Targets } from './settle.ts';

interface Selected {
  readonly targets: readonly Targets[];
}

/**
 * Sends a copy of each selected dead letter to the queue and completes it, in this order: a crash in between
 * makes a duplicate, which the versions in the ledger make harmless, and running it again loses nothing.
 * `copyOf`: what is sent.
 */
export async function replay(
  letters: DeadLetters,
  { targets }: Selected,
  options: RunOptions,
  copyOf: (message: ServiceBusReceivedMessage) => AmqpMessage = replayCopy,
): Promise<Settled> {
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  const sender = letters.openSender();
  /** By receiver entity, because queue and subscription number their messages apart. */
  const sent = new Set<string>();
  return settleTargets(
    targets,
    async ({ message, receiver }) => {
      const key = `${receiver.entityPath} ${sequenceNumberOf(message)}`;
      if (!sent.has(key)) await answerWithin(answerWithinMs, sender.sendMessages(copyOf(message)));
      sent.add(key);
      await answerWithin(answerWithinMs, receiver.completeMessage(message));
    },
    options,
  );
}

/** Completes each selected dead letter: it is gone for good. */
export function discard({ targets }: Selected, options: RunOptions): Promise<Settled> {
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  return settleTargets(
    targets,
    ({ message, receiver }) => answerWithin(answerWithinMs, receiver.completeMessage(message)),
    options,
  );
}
