import { expect, test } from 'vitest';
import { seededRandom } from '../../local/histories/random.ts';
import { createCircuitBreaker } from '../../src/cor/circuit-breaker.ts';
import type { Failure } from '../../src/failure.ts';
import { decide } from '../../src/messaging/decide.ts';
import type { History } from '../../src/messaging/envelope.ts';

const MINUTE = 60_000;
const GONE: Failure = {
  service: 'cor',
  class: 'transient',
  code: 'ECONNREFUSED',
  opensAfter: 'threeCalls',
  description: 'No answer.',
};
const policy = { retryWindowMs: 24 * 60 * MINUTE, unmappedGraceMs: 15 * MINUTE };
const spent = { coalesced: 1, corCalls: 1 };

interface Copy {
  readonly due: number;
  readonly history: History;
}

interface Outage {
  /** Seconds of each call that was made while COR was away, from the start. */
  readonly calls: readonly number[];
  /** Copies that each message cost. */
  readonly copies: readonly number[];
  readonly lastDoneAt: number;
  readonly pauses: readonly string[];
}

/** A queue of messages that all come at once to a COR that is away until `backAt`, on a clock of its own. */
function playOutage(messages: number, backAt: number, seed: number): Outage {
  const random = seededRandom(seed);
  const fresh: Omit<History, 'firstSequenceNumber'> = {
    attempt: 0,
    firstFailedAt: undefined,
    unmappedSince: undefined,
    unidentifiedSince: undefined,
    askedMs: 0,
    unconfirmed: 0,
    firstEnqueuedAt: undefined,
    replayed: false,
  };
  let queue: Copy[] = Array.from({ length: messages }, (_, index) => ({
    due: 0,
    history: { ...fresh, firstSequenceNumber: index },
  }));
  let now = 0;
  const calls: number[] = [];
  const copies: number[] = [];
  const pauses: string[] = [];
  const breaker = createCircuitBreaker({
    now: () => now,
    onOpen: (reason) => pauses.push(`start at ${now / 1_000} s: ${reason}`),
    onClose: (reason) => pauses.push(`end: ${reason}`),
  });

  function handle({ history }: Copy): Copy | undefined {
    const permit = breaker.tryCall(String(history.firstSequenceNumber));
    let failure: Failure | undefined;
    if (!permit.allowed)
      failure = { service: 'cor', class: 'paused', description: 'Paused.', retryAfterMs: permit.waitMs };
    else {
      if (now < backAt) {
        failure = GONE;
        calls.push(now / 1_000);
      }
      permit.report(failure ? { kind: 'failed', failure } : { kind: 'succeeded' });
    }
    if (!failure) {
      copies.push(history.attempt);
      return undefined;
    }
    const results = [{ kind: 'unavailable' as const, failure, ...spent }];
    const decision = decide({ results, history, policy, now, random: random.next() });
    if (decision.kind !== 'retry') throw new Error(`Ended as ${decision.kind}.`);
    return { due: now + decision.delayMs, history: decision.history };
  }

  while (queue.length > 0) {
    queue.sort((a, b) => a.due - b.due);
    const [next, ...rest] = queue;
    if (!next) break;
    now = Math.max(now, next.due);
    const again = handle(next);
    queue = again ? [...rest, again] : rest;
  }
  return { calls, copies, lastDoneAt: now, pauses };
}

test.each([1, 2, 3])(
  'five minutes without COR cost 300 messages three calls and a probe a minute, some ten copies each, and then all are applied (seed %i)',
  (seed) => {
    const { calls, copies, lastDoneAt, pauses } = playOutage(300, 5 * MINUTE, seed);
    // Three lost connections make an outage; the probes follow at 1, 2, 4 … 60 s, each as soon as a message is due.
    expect(calls.slice(0, 3)).toEqual([0, 0, 0]);
    const distances = calls.slice(3).map((at, index) => at - (calls[index + 2] ?? 0));
    for (const [index, distance] of distances.entries()) {
      const least = Math.min(2 ** index, 60);
      expect(distance).toBeGreaterThanOrEqual(least);
      expect(distance).toBeLessThan(least + 10);
    }
    expect(distances.length).toBeGreaterThanOrEqual(8);
    expect(distances.length).toBeLessThanOrEqual(10);
    expect(copies).toHaveLength(300);
    expect(Math.max(...copies)).toBeLessThanOrEqual(14);
    // Within the longest delay after COR is back.
    expect(lastDoneAt).toBeLessThan((5 + 15) * MINUTE);
    expect(pauses).toEqual(['start at 0 s: COR cannot be reached', 'end: COR cannot be reached']);
  },
);

test('a whole day without COR costs a message about two hundred copies, and the window has not closed before', () => {
  const { calls, copies } = playOutage(20, 23 * 60 * MINUTE, 4);
  expect(copies).toHaveLength(20);
  expect(Math.max(...copies)).toBeLessThan(250);
  // A probe at most each minute, and none at all while no message is due.
  expect(calls.length).toBeLessThan(23 * 60);
});
