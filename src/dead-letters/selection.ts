import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { type DeadLetters, type Look, readDeadLetters } from './dead-letters.ts';
import type { Filter } from './filter.ts';
import { countReason, type DeadLetterList, listOf, type ReasonCount } from './reason-counts.ts';
import type { Targets } from './settle.ts';

export interface Selection {
  /** Queue by queue. */
  readonly targets: readonly Targets[];
  readonly list: DeadLetterList;
  /** `false` when the signal came before the end. */
  readonly complete: boolean;
}

/** The dead letters that match: counted, and fixed by their sequence numbers. */
export async function selectDeadLetters(
  letters: DeadLetters,
  filter: Filter,
  look: Look = {},
): Promise<Selection> {
  const counts = new Map<string, ReasonCount>();
  const found = new Map<DeadLetterQueue, { sequenceNumbers: Set<string>; upTo: number }>();
  for await (const entry of readDeadLetters(letters, filter, look)) {
    const { queue, position, headers } = entry;
    const targets = found.get(queue) ?? { sequenceNumbers: new Set<string>(), upTo: 0 };
    targets.sequenceNumbers.add(headers.sequenceNumber);
    targets.upTo = position;
    found.set(queue, targets);
    countReason(counts, headers);
    look.onEntry?.(entry);
  }
  return {
    targets: [...found].map(([queue, targets]) => ({ queue, ...targets })),
    list: listOf(counts),
    complete: !look.signal?.aborted,
  };
}
