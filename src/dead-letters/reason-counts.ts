import type { DeadLetterHeaders } from './headers.ts';

/** Times are ISO; `oldest` and `newest` are by the time of enqueueing. */
export interface ReasonCount {
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

/** Counts one more. */
export function countReason(
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

export function listOf(counts: ReadonlyMap<string, ReasonCount>): DeadLetterList {
  const reasons = [...counts.values()].sort((a, b) => b.count - a.count);
  return {
    total: reasons.reduce((sum, one) => sum + one.count, 0),
    ...reasons.reduce<Times>(widened, { oldest: undefined, newest: undefined }),
    reasons,
  };
}
