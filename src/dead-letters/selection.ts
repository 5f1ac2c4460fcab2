import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { type DeadLetters, type Look, readDeadLetters } from './dead-letters.ts';
import type { Filter } from './filter.ts';
import type { DeadLetterHeaders } from './headers.ts';
import type { Targets } from './settle.ts';

/** Times are ISO; `oldest` and `newest` are by the time of enqueueing. */
interface ReasonCount {
  readonly reason: string;
  readonly count: number;
  readonly oldest: string | undefined;
  readonly newest: string | undefined;
  /** Sequence number of one of them, to look at. */
  readonly example: string;
}

export interface DeadLetterList extends Pick<ReasonCount, 'oldest' | 'newest'> {
  readonly total: number;
  /** The most frequent first. */
  readonly reasons: readonly ReasonCount[];
}

type Times = Pick<ReasonCount, 'oldest' | 'newest'>;

/** ISO times of one form sort as text. */
function widened({ oldest, newest }: Times, by: Times): Times {
  const earlier = oldest === undefined || (by.oldest !== undefined && by.oldest < oldest);
  const later = newest === undefined || (by.newest !== undefined && by.newest > newest);
  return { oldest: earlier ? by.oldest : oldest, newest: later ? by.newest : newest };
}

function count(
  counts: Map<string, ReasonCount>,
  { reason, enqueuedAt, sequenceNumber }: DeadLetterHeaders,
): void {
  const known = counts.get(reason) ?? {
    count: 0,
    oldest: undefined,
    newest: undefined,
    example: sequenceNumber,
  };
  const times = widened(known, { oldest: enqueuedAt, newest: enqueuedAt });
  counts.set(reason, { reason, count: known.count + 1, ...times, example: known.example });
}

function listOf(counts: ReadonlyMap<string, ReasonCount>): DeadLetterList {
  const reasons = [...counts.values()].sort((a, b) => b.count - a.count);
  return {
    total: reasons.reduce((sum, one) => sum + one.count, 0),
    ...reasons.reduce<Times>(widened, { oldest: undefined, newest: undefined }),
    reasons,
  };
}

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
    count(counts, headers);
    look.onEntry?.(entry);
  }
  return {
    targets: [...found].map(([queue, targets]) => ({ queue, ...targets })),
    list: listOf(counts),
    complete: !look.signal?.aborted,
  };
}
