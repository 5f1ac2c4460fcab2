import { beforeEach, describe, expect, it } from 'vitest';
import { type CallPermit, type CircuitBreaker, createCircuitBreaker } from '../../src/cor/circuit-breaker.ts';
import type { Failure } from '../../src/failure.ts';

const REFUSED: Failure = { service: 'cor', class: 'auth', status: 401, description: '401' };
const BUSY: Failure = { service: 'cor', class: 'transient', status: 503, description: '503' };
const LOST: Failure = { service: 'cor', class: 'transient', code: 'ECONNREFUSED', description: 'lost' };
const BROKEN: Failure = { service: 'cor', class: 'transient', status: 500, description: '500' };
const WRONG: Failure = { service: 'cor', class: 'validation', status: 400, description: '400' };

let now: number;
let seen: string[];
let breaker: CircuitBreaker;

beforeEach(() => {
  now = 0;
  seen = [];
  breaker = createCircuitBreaker({
    now: () => now,
    onOpen: (reason, waitMs) => seen.push(`open: ${reason}, ${waitMs}`),
    onClose: (reason, durationMs) => seen.push(`closed: ${reason}, ${durationMs}`),
  });
});

/** Makes one call if that is allowed: `false` when it is not. */
function call(failure?: Failure): boolean {
  const permit = breaker.tryCall();
  report(permit, failure);
  return permit.allowed;
}

function report(permit: CallPermit, failure?: Failure): void {
  if (permit.allowed) permit.report(failure ? { kind: 'failed', failure } : { kind: 'succeeded' });
}

describe('the circuit breaker', () => {
  it.each([
    ['refused credentials', REFUSED, 'COR refuses the credentials'],
    ['503', BUSY, 'COR answers 503'],
    ['429', { ...BUSY, status: 429 }, 'COR answers 429'],
  ])('opens at once with %s, and says why', (_what, failure, reason) => {
    call(failure);
    expect(breaker.reason).toBe(reason);
    expect(seen).toEqual([`open: ${reason}, 1000`]);
    expect(call()).toBe(false);
  });

  it('opens with the third lost connection in a row, not with one between successes', () => {
    call(LOST);
    call(LOST);
    call();
    call(LOST);
    call(LOST);
    expect(breaker.reason).toBeUndefined();
    call(LOST);
    expect(breaker.reason).toBe('COR cannot be reached');
  });

  it('does not open for failures that only concern one message', () => {
    for (let count = 0; count < 10; count += 1) {
      call(WRONG);
      call(BROKEN);
    }
    expect(breaker.reason).toBeUndefined();
  });

  it('lets one probe out at a time, at growing distances up to a minute', () => {
    call(BUSY);
    const probedAt: number[] = [];
    for (now = 1; now < 300_000; now += 100) if (call(BUSY)) probedAt.push(now);
    const distances = probedAt.map((at, index) => Math.round((at - (probedAt[index - 1] ?? 0)) / 1_000));
    expect(distances).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    now += 60_000;
    expect(breaker.state).toBe('open');
    expect(breaker.tryCall().allowed).toBe(true);
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.tryCall().allowed).toBe(false);
  });

  it('closes with the first success and says how long it was open', () => {
    call(BUSY);
    now = 1_500;
    expect(call()).toBe(true);
    expect(breaker.reason).toBeUndefined();
    expect(seen.at(-1)).toBe('closed: COR answers 503, 1500');
    expect(call()).toBe(true);
  });

  it('makes no call before the time that COR asked for, and not even a late success closes it earlier', () => {
    const early = breaker.tryCall();
    call({ ...BUSY, status: 429, retryAfterMs: 30_000 });
    report(early);
    now = 29_999;
    expect(breaker.tryCall()).toEqual({ allowed: false, waitMs: 1 });
    now = 30_000;
    expect(call()).toBe(true);
    expect(breaker.reason).toBeUndefined();
  });

  it('sends one probe at a time also when one of an earlier outage ends late', () => {
    const early = breaker.tryCall();
    call(BUSY);
    now = 1_000;
    const first = breaker.tryCall();
    report(early);
    call(BUSY);
    now = 2_000;
    const second = breaker.tryCall();
    expect([first.allowed, second.allowed]).toEqual([true, true]);
    report(first, BUSY);
    now = 600_000;
    expect(breaker.tryCall().allowed).toBe(false);
    report(second);
    expect(breaker.reason).toBeUndefined();
  });

  it('closes when COR answers the probe with a refusal: it is there again', () => {
    call(BUSY);
    now = 1_000;
    call(WRONG);
    expect(breaker.reason).toBeUndefined();
  });
});
