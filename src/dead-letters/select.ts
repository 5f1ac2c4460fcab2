import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { type DeadLetters, readDeadLetters } from './dead-letters.ts';
import type { Filter } from './filter.ts';
import { createCounts, type DeadLetterList } from './list.ts';

/** The dead letters of one queue that are to be settled, fixed before anything is sent: later ones have other sequence numbers. */
export interface Targets {
  readonly queue: DeadLetterQueue;
  readonly sequenceNumbers: ReadonlySet<string>;
  /** Messages from the oldest one to the last target. */
  readonly upTo: number;
}

export interface Selection {
  /** Queue by queue. */
  readonly targets: readonly Targets[];
  readonly list: DeadLetterList;
}

export async function selectDeadLetters(
  letters: DeadLetters,
  filter: Filter,
  signal?: AbortSignal,
): Promise<Selection> {
  const counts = createCounts();
  const found = new Map<DeadLetterQueue, { sequenceNumbers: Set<string>; upTo: number }>();
  for await (const { queue, position, headers } of readDeadLetters(letters, filter, signal)) {
    const targets = found.get(queue) ?? { sequenceNumbers: new Set<string>(), upTo: 0 };
    targets.sequenceNumbers.add(headers.sequenceNumber);
    targets.upTo = position;
    found.set(queue, targets);
    counts.add(headers);
  }
  return {
    targets: [...found].map(([queue, targets]) => ({ queue, ...targets })),
    list: counts.list(),
  };
}
