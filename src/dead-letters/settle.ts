import { serviceBusFailure } from '../messaging/service-bus-failure.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../timeout.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { sequenceNumberOf } from './headers.ts';
import { createHeldMessages, type HeldMessages, type ReceivedMessage } from './held-messages.ts';

/**
 * The dead letters of one queue that are to be settled, fixed before anything is sent: later ones have other
 * sequence numbers.
 */
export interface Targets {
  readonly queue: DeadLetterQueue;
  readonly sequenceNumbers: ReadonlySet<string>;
  /** Messages from the oldest one to the last target. */
  readonly upTo: number;
}

interface FailedMessage {
  readonly from: DeadLetterQueue['from'];
  readonly sequenceNumber: string;
  readonly error: string;
}

export interface Settled {
  /** Dead letters that were to be settled. */
  readonly selected: number;
  readonly done: number;
  readonly failed: readonly FailedMessage[];
  /** Neither done nor failed: not reached, locked by another receiver, or taken by one meanwhile. */
  readonly left: number;
  /** `interrupted`: by the caller's signal. `stopped`: `error` says by what. */
  readonly ended: 'finished' | 'interrupted' | 'stopped';
  readonly error?: string;
}

export interface RunOptions {
  /** Ends the work after the message at hand. */
  readonly signal: AbortSignal;
  /** Longest wait for the answer to a call. Default 32 s. */
  readonly answerWithinMs?: number;
  /** How long no message has to come for the rest to count as out of reach. Default 2 s. */
  readonly receiveWithinMs?: number;
  onProgress?(done: number, total: number): void;
}

/** Settles one target. The message's lock may run out meanwhile: then it comes again and is settled again. */
export type Settle = (received: ReceivedMessage) => Promise<void>;

/** What a run has come to. */
interface Run {
  readonly settle: Settle;
  readonly options: RunOptions;
  readonly selected: number;
  readonly failed: FailedMessage[];
  done: number;
  /** Why no other message would fare better. */
  stopped: string | undefined;
}

/** What a run has seen of one queue. */
interface Passage {
  readonly run: Run;
  readonly targets: Targets;
  readonly held: HeldMessages;
  readonly pending: Set<string>;
  readonly seen: Set<string>;
  /** A message that was seen before came in the last batch, because its lock ran out. */
  cameAgain: boolean;
  /** When a message came that was not seen before. */
  lastNews: number;
}

const BATCH = 100;
const RECEIVE_WITHIN_MS = 2_000;
const RELEASE_WITHIN_MS = 1_000;

/**
 * Without any message that was not seen before: somebody else holds the rest, or the locks of the held ones
 * are too short.
 */
const PATIENCE_MS = 15_000;

const goesOn = ({ pending, run }: Passage): boolean =>
  pending.size > 0 && run.stopped === undefined && !run.options.signal.aborted;

async function attempt(passage: Passage, received: ReceivedMessage, sequenceNumber: string): Promise<void> {
  const { run, targets, pending, held } = passage;
  try {
    await run.settle(received);
    pending.delete(sequenceNumber);
    run.done += 1;
    run.options.onProgress?.(run.done, run.selected);
  } catch (error) {
    const { concerns, text } = serviceBusFailure(error);
    if (concerns === 'lockLost') return;
    held.hold(received);
    if (concerns === 'all') run.stopped = text;
    else {
      pending.delete(sequenceNumber);
      run.failed.push({ from: targets.queue.from, sequenceNumber, error: text });
    }
  }
}

/** Receives the next messages; `false` when none came. */
async function settleBatch(passage: Passage): Promise<boolean> {
  const { run, targets, held, seen } = passage;
  const { answerWithinMs = ANSWER_WITHIN_MS, receiveWithinMs = RECEIVE_WITHIN_MS } = run.options;
  // To ask for more than there are costs a second of waiting.
  const expected = passage.cameAgain ? BATCH : Math.min(BATCH, Math.max(1, targets.upTo - seen.size));
  const batch = await answerWithin(answerWithinMs, held.receive(expected, receiveWithinMs));
  passage.cameAgain = false;
  for (const received of batch) {
    const sequenceNumber = sequenceNumberOf(received.message);
    if (seen.has(sequenceNumber)) passage.cameAgain = true;
    else passage.lastNews = performance.now();
    seen.add(sequenceNumber);
    if (goesOn(passage) && passage.pending.has(sequenceNumber))
      await attempt(passage, received, sequenceNumber);
    else held.hold(received);
  }
  return batch.length > 0;
}

/**
 * Receives the queue's dead letters in order and settles the targets among them one at a time, each awaited:
 * rhea 3.0.5 sends neighbouring dispositions of one tick as one, with the outcome of the first
 * (lib/session.js, write_dispositions).
 */
async function settleQueue(targets: Targets, run: Run): Promise<void> {
  const { answerWithinMs = ANSWER_WITHIN_MS } = run.options;
  const passage: Passage = {
    run,
    targets,
    held: createHeldMessages(targets.queue.openReceiver),
    pending: new Set(targets.sequenceNumbers),
    seen: new Set(),
    cameAgain: false,
    lastNews: performance.now(),
  };
  try {
    while (goesOn(passage) && performance.now() - passage.lastNews < PATIENCE_MS)
      if (!(await settleBatch(passage))) break;
  } catch (error) {
    run.stopped = serviceBusFailure(error).text;
  }
  // A connection that was lost is not waited for: the locks run out by themselves.
  await passage.held.release(run.stopped === undefined ? answerWithinMs : RELEASE_WITHIN_MS);
}

/** Settles the targets, one queue after the other. Does not reject: what stopped it is part of the result. */
export async function settleTargets(
  targets: readonly Targets[],
  settle: Settle,
  options: RunOptions,
): Promise<Settled> {
  const selected = targets.reduce((sum, { sequenceNumbers }) => sum + sequenceNumbers.size, 0);
  const run: Run = { settle, options, selected, failed: [], done: 0, stopped: undefined };
  for (const ofQueue of targets) {
    if (options.signal.aborted || run.stopped !== undefined) break;
    await settleQueue(ofQueue, run);
  }
  const { done, failed, stopped } = run;
  const left = selected - done - failed.length;
  const interrupted = options.signal.aborted && left > 0;
  return {
    selected,
    done,
    failed,
    left,
    ended: stopped !== undefined ? 'stopped' : interrupted ? 'interrupted' : 'finished',
    ...(stopped !== undefined && { error: stopped }),
  };
}
