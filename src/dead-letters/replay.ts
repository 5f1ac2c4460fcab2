import { ANSWER_WITHIN_MS, answerWithin } from '../timeout.ts';
import type { DeadLetters } from './dead-letters.ts';
import { sequenceNumberOf } from './headers.ts';
import { replayCopy } from './replay-copy.ts';
import type { Selection } from './select.ts';
import { type RunOptions, type Settled, settleSelection } from './settle-selection.ts';

/**
 * Sends a copy of each selected dead letter to the queue and completes it, in this order: a crash in between makes a duplicate, which
 * the versions in the ledger make harmless, and running it again loses nothing.
 */
export async function replay(
  letters: DeadLetters,
  selection: Selection,
  options: RunOptions,
): Promise<Settled> {
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  const sender = letters.openSender();
  /** By receiver entity, because queue and subscription number their messages apart. */
  const sent = new Set<string>();
  return settleSelection(
    selection,
    async ({ message, receiver }) => {
      const key = `${receiver.entityPath} ${sequenceNumberOf(message)}`;
      if (!sent.has(key)) await answerWithin(answerWithinMs, sender.sendMessages(replayCopy(message)));
      sent.add(key);
      await answerWithin(answerWithinMs, receiver.completeMessage(message));
    },
    options,
  );
}

/** Completes each selected dead letter: it is gone for good. */
export function discard(selection: Selection, options: RunOptions): Promise<Settled> {
  const { answerWithinMs = ANSWER_WITHIN_MS } = options;
  return settleSelection(
    selection,
    ({ message, receiver }) => answerWithin(answerWithinMs, receiver.completeMessage(message)),
    options,
  );
}
