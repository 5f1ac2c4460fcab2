import { serviceBusFailure } from '../messaging/service-bus-failure.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../timeout.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { sequenceNumberOf } from './headers.ts';
import { createHeldMessages, type ReceivedMessage } from './held-messages.ts';
import type { Targets } from './select.ts';

export interface FailedMessage {
  readonly from: DeadLetterQueue['from'];
  readonly sequenceNumber: string;
  readonly error: string;
}

export interface SettledTargets {
  readonly done: number;
  readonly failed: readonly FailedMessage[];
  /** Neither done nor failed: not reached, locked by another receiver, or taken by one meanwhile. */
  readonly left: number;
  /** Why the work ended before its end, if it was no wish of the caller's. */
  readonly error?: string;
}

export interface SettleOptions {
  /** Settles one target. The message's lock may run out meanwhile: then it comes again and is settled again. */
  settle(received: ReceivedMessage): Promise<void>;
  /** Ends the work after the message at hand. */
  readonly signal: AbortSignal;
  /** Longest wait for the answer to a call. Default 32 s. */
  readonly answerWithinMs?: number;
  /** How long no message has to come for the rest to count as out of reach. Default 2 s. */
  readonly receiveWithinMs?: number;
  onDone?(): void;
}

const BATCH = 100;

const RECEIVE_WITHIN_MS = 2_000;

const RELEASE_WITHIN_MS = 1_000;

/** Without any message that was not received before: somebody else holds the rest, or the locks of the held ones are too short. */
const PATIENCE_MS = 15_000;

/**
 * Receives the queue's dead letters in order and settles the targets among them one at a time, each awaited: rhea 3.0.5 sends
 * neighbouring dispositions of one tick as one, with the outcome of the first (lib/session.js, write_dispositions).
 * Does not reject: what stopped it is part of the result.
 */
export async function settleTargets(
  { queue, sequenceNumbers, upTo }: Targets,
  {
    settle,
    signal,
    answerWithinMs = ANSWER_WITHIN_MS,
    receiveWithinMs = RECEIVE_WITHIN_MS,
    onDone,
  }: SettleOptions,
): Promise<SettledTargets> {
  const pending = new Set(sequenceNumbers);
  const seen = new Set<string>();
  const failed: FailedMessage[] = [];
  const held = createHeldMessages(queue.openReceiver);
  let done = 0;
  let stopped: string | undefined;
  let lastNews = performance.now();
  let cameAgain = false;

  async function attempt(received: ReceivedMessage, sequenceNumber: string): Promise<void> {
    try {
      await settle(received);
      pending.delete(sequenceNumber);
      done += 1;
      onDone?.();
    } catch (error) {
      const { concerns, text } = serviceBusFailure(error);
      if (concerns === 'lockLost') return;
      held.hold(received);
      if (concerns === 'all') stopped = text;
      else {
        pending.delete(sequenceNumber);
        failed.push({ from: queue.from, sequenceNumber, error: text });
      }
    }
  }

  const goesOn = () => pending.size > 0 && stopped === undefined && !signal.aborted;
  try {
    while (goesOn() && performance.now() - lastNews < PATIENCE_MS) {
      // To ask for more than there are costs a second of waiting.
      const expected = cameAgain ? BATCH : Math.min(BATCH, Math.max(1, upTo - seen.size));
      const batch = await answerWithin(answerWithinMs, held.receive(expected, receiveWithinMs));
      if (batch.length === 0) break;
      cameAgain = false;
      for (const received of batch) {
        const sequenceNumber = sequenceNumberOf(received.message);
        if (seen.has(sequenceNumber)) cameAgain = true;
        else lastNews = performance.now();
        seen.add(sequenceNumber);
        if (goesOn() && pending.has(sequenceNumber)) await attempt(received, sequenceNumber);
        else held.hold(received);
      }
    }
  } catch (error) {
    stopped = serviceBusFailure(error).text;
  }
  // A connection that was lost is not waited for: the locks run out by themselves.
  await held.release(stopped === undefined ? answerWithinMs : RELEASE_WITHIN_MS);
  return { done, failed, left: pending.size, ...(stopped !== undefined && { error: stopped }) };
}
