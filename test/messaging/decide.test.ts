import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../local/histories/random.ts';
import { type Failure, isUnavailable } from '../../src/failure.ts';
import { retryDelay } from '../../src/messaging/backoff.ts';
import { type Decision, type DecisionInput, decide } from '../../src/messaging/decide.ts';
import type { History } from '../../src/messaging/envelope.ts';
import type { RequestEnding, SyncResult } from '../../src/sync/user-request.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 4, 1);

const policy = { retryWindowMs: 24 * HOUR, unmappedGraceMs: HOUR / 4 };

const fresh: History = {
  attempt: 0,
  firstFailedAt: undefined,
  unmappedSince: undefined,
  unidentifiedSince: undefined,
  askedMs: 0,
  firstSequenceNumber: 1,
  firstEnqueuedAt: undefined,
  unconfirmed: 0,
  replayed: false,
};

const failed = (failure: Partial<Failure> & Pick<Failure, 'class'>): SyncResult => ({
  kind: isUnavailable({ service: 'cor', description: '', ...failure }) ? 'unavailable' : 'refused',
  failure: { service: 'cor', description: `It was ${failure.class}.`, ...failure },
  coalesced: 1,
  corCalls: 1,
});

const done = (kind: RequestEnding): SyncResult => ({ kind, coalesced: 1, corCalls: 1 });

function decideOn(results: SyncResult[], more: Partial<DecisionInput> = {}): Decision {
  return decide({ results, history: fresh, policy, now: NOW, random: 0.5, ...more });
}

/** Lets a message fail again and again until it is dead-lettered; gives the delays in between and the end. */
function failUntilTheEnd(
  failure: SyncResult,
  random: number,
  from = fresh,
): { delays: number[]; end: Decision; took: number } {
  const delays: number[] = [];
  let history = from;
  let now = NOW;
  for (;;) {
    const decision = decideOn([failure], { history, now, random });
    if (decision.kind !== 'retry') return { delays, end: decision, took: now - NOW };
    delays.push(decision.delayMs);
    history = decision.history;
    now += decision.delayMs;
  }
}

describe('how a message ends', () => {
  it('is completed when its changes were applied, and counts as a duplicate when none was news', () => {
    expect(decideOn([done('applied'), done('unchanged')])).toEqual({
      kind: 'complete',
      result: 'succeeded',
    });
    expect(decideOn([done('unchanged')])).toEqual({ kind: 'complete', result: 'duplicate' });
  });

  it('is skipped when versions went back and nothing else was news', () => {
    const skipped = { kind: 'complete', result: 'skipped', skipReason: 'versionWentBack' };
    expect(decideOn([done('versionWentBack'), done('unchanged')])).toEqual(skipped);
    expect(decideOn([done('versionWentBack'), done('applied')])).toMatchObject({ result: 'succeeded' });
  });

  it('is dead-lettered when a part of it is too old to be told, once everything else is done', () => {
    const tooOld = { kind: 'deadLetter', reason: 'TooOld' };
    expect(decideOn([done('doubtful'), done('applied'), done('versionWentBack')])).toMatchObject(tooOld);
    expect(decideOn([done('doubtful'), failed({ class: 'transient' })])).toMatchObject({ kind: 'retry' });
  });

  it.each([
    ['rejected', 'CorRejected'],
    ['duplicate', 'CorRejected'],
  ] as const)('is dead-lettered at once for %s, as %s', (kind, reason) => {
    expect(decideOn([failed({ class: kind })])).toMatchObject({ kind: 'deadLetter', reason });
  });

  it('is tried three times more when COR did not apply it: another instance may have been in the way', () => {
    const { delays, end } = failUntilTheEnd(failed({ class: 'didNotApply' }), 1);
    expect(delays).toEqual([5_000, 10_000, 20_000]);
    expect(end).toMatchObject({ kind: 'deadLetter', reason: 'CorDidNotApply' });
  });

  it('is tried three times more when COR found it invalid: a message that makes room may come behind it', () => {
    const { delays, end } = failUntilTheEnd(failed({ class: 'validation' }), 1);
    expect(delays).toEqual([5_000, 10_000, 20_000]);
    expect(end).toMatchObject({ kind: 'deadLetter', reason: 'CorValidation' });
  });

  it('is tried three times more for that also when an outage had cost it many tries before', () => {
    const outage = { ...fresh, attempt: 9, firstFailedAt: NOW - HOUR };
    const { delays, end } = failUntilTheEnd(failed({ class: 'didNotApply' }), 1, outage);
    expect(delays).toEqual([5_000, 10_000, 20_000]);
    expect(end).toMatchObject({ reason: 'CorDidNotApply' });
  });

  it.each(['transient', 'auth', 'paused'] as const)('is retried for %s', (kind) => {
    const decision = decideOn([failed({ class: kind, code: 'X1' })]);
    expect(decision).toMatchObject({
      kind: 'retry',
      delayMs: 2_500,
      history: { attempt: 1, firstFailedAt: NOW, lastError: 'X1' },
    });
  });

  it('is retried as long as any part of it may still succeed', () => {
    expect(decideOn([failed({ class: 'validation' }), failed({ class: 'transient' })])).toMatchObject({
      kind: 'retry',
    });
    expect(decideOn([failed({ class: 'unmapped' }), failed({ class: 'rejected' })])).toMatchObject({
      reason: 'CorRejected',
    });
  });
});

describe('the delays of a message that keeps failing', () => {
  it('double from 5 s to 15 min and add up to the retry window', () => {
    const { delays, end, took } = failUntilTheEnd(
      failed({ class: 'transient', description: 'No route.' }),
      1,
    );
    expect(delays.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900].map((s) => s * 1_000));
    expect(new Set(delays.slice(8, -1))).toEqual(new Set([900_000]));
    expect(took).toBe(24 * HOUR);
    expect(end).toMatchObject({ kind: 'deadLetter', reason: 'RetriesExhausted' });
    expect((end as { description: string }).description).toMatch(
      /Tried \d+ times in 1440 min\. Last error: No route\./,
    );
  });

  it('end after the grace period when COR does not know the user or workspace', () => {
    const { delays, end, took } = failUntilTheEnd(failed({ class: 'unmapped', description: 'ZC001.' }), 1);
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 265].map((s) => s * 1_000));
    expect(took).toBe(HOUR / 4);
    expect(end).toMatchObject({ kind: 'deadLetter', reason: 'CorEntityNotMapped' });
  });

  it('count the grace period from the first time that COR did not know, not from an outage before', () => {
    const outage = { ...fresh, attempt: 9, firstFailedAt: NOW - 3 * HOUR };
    expect(decideOn([failed({ class: 'unmapped' })], { history: outage })).toMatchObject({
      kind: 'retry',
      history: { unmappedSince: NOW, firstFailedAt: NOW - 3 * HOUR },
    });
  });

  it('begin after what COR asked for, spread, so that copies do not come back in the same second', () => {
    const asked = failed({ class: 'transient', retryAfterMs: 60_000 });
    expect(decideOn([asked])).toMatchObject({ delayMs: 62_500, history: { askedMs: 60_000 } });
  });

  it('are not taken out of the retry window as far as COR asked for them, up to seven days', () => {
    const asked = failed({ class: 'transient', retryAfterMs: 86_400_000 });
    const { delays, end, took } = failUntilTheEnd(asked, 0);
    expect(delays.slice(0, 7)).toEqual(Array(7).fill(86_400_000));
    expect(took).toBeGreaterThanOrEqual(7 * 24 * HOUR);
    expect(end).toMatchObject({ reason: 'RetriesExhausted' });
  });

  it('are of the connector’s own making while it pauses: they do not prolong the window', () => {
    expect(decideOn([failed({ class: 'paused', retryAfterMs: 60_000 })])).toMatchObject({
      history: { askedMs: 0 },
    });
  });

  it('end with five hundred copies, whatever the properties say', () => {
    expect(decideOn([failed({ class: 'transient' })], { history: { ...fresh, attempt: 500 } })).toMatchObject(
      {
        kind: 'deadLetter',
        reason: 'RetriesExhausted',
      },
    );
    const doubtful = { ...fresh, attempt: 500, unconfirmed: 0 };
    expect(decideOn([failed({ class: 'didNotApply' })], { history: doubtful })).toMatchObject({
      kind: 'deadLetter',
    });
  });

  it('grow with a longer window, so that it is not over after five hundred copies', () => {
    const policy = { retryWindowMs: 14 * 24 * HOUR, unmappedGraceMs: 0 };
    let history = fresh;
    let now = NOW;
    const random = seededRandom(3);
    for (;;) {
      const results = [failed({ class: 'transient' })];
      const decision = decide({ results, history, policy, now, random: random.next() });
      if (decision.kind !== 'retry') break;
      now += decision.delayMs;
      history = decision.history;
    }
    expect(now - NOW).toBe(policy.retryWindowMs);
    expect(history.attempt).toBeLessThan(500);
  });

  it('grow while no call is made at all, so that a day of pause costs a message some two hundred copies', () => {
    const paused = failed({ class: 'paused', retryAfterMs: 60_000 });
    const { delays, end } = failUntilTheEnd(paused, 0.5);
    expect(delays.slice(0, 10).map((ms) => ms / 1_000)).toEqual([
      62.5, 65, 70, 80, 100, 140, 220, 380, 510, 510,
    ]);
    expect(delays.length).toBeLessThan(210);
    expect(end).toMatchObject({ reason: 'RetriesExhausted' });
  });

  it('are spread by full jitter: anything from nothing to the full delay, never more', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const full = retryDelay(attempt, 1);
          expect(full).toBe(Math.min(5_000 * 2 ** attempt, 900_000));
          expect(retryDelay(attempt, random)).toBe(Math.round(random * full));
        },
      ),
    );
  });
});
