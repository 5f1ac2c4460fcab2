import { type DeadLetters, readDeadLetters } from './dead-letters.ts';
import type { Filter } from './filter.ts';
import type { DeadLetterHeaders } from './headers.ts';

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

function widened({ oldest, newest }: Times, time: string | undefined): Times {
  if (time === undefined) return { oldest, newest };
  // ISO times of one form sort as text.
  return {
    oldest: oldest === undefined || time < oldest ? time : oldest,
    newest: newest === undefined || time > newest ? time : newest,
  };
}

/** Counts dead letters by reason as they pass. */
export function createCounts(): { add(headers: DeadLetterHeaders): void; list(): DeadLetterList } {
  const reasons = new Map<string, ReasonCount>();
  let total = 0;
  let times: Times = { oldest: undefined, newest: undefined };
  return {
    add({ reason, enqueuedAt, sequenceNumber }) {
      const found = reasons.get(reason);
      const { count = 0, example = sequenceNumber } = found ?? {};
      const known = found ?? { oldest: undefined, newest: undefined };
      reasons.set(reason, { reason, count: count + 1, ...widened(known, enqueuedAt), example });
      times = widened(times, enqueuedAt);
      total += 1;
    },
    list: () => ({ total, ...times, reasons: [...reasons.values()].sort((a, b) => b.count - a.count) }),
  };
}

/** Counts the dead letters that match. `complete` is false when the signal came before the end. */
export async function readList(
  letters: DeadLetters,
  filter: Filter,
  signal?: AbortSignal,
): Promise<DeadLetterList & { readonly complete: boolean }> {
  const counts = createCounts();
  for await (const { headers } of readDeadLetters(letters, filter, signal)) counts.add(headers);
  return { ...counts.list(), complete: !signal?.aborted };
}
