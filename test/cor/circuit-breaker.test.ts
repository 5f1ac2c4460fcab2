import { beforeEach, describe, expect, it } from 'vitest';
import { type CorPause, createCorPause } from '../../src/cor/circuit-breaker.ts';
import type { Failure } from '../../src/failure.ts';

const REFUSED: Failure = { service: 'cor', class: 'auth', status: 401, description: '401' };
const BUSY: Failure = { service: 'cor', class: 'transient', status: 503, description: '503' };
const LOST: Failure = { service: 'cor', class: 'transient', code: 'ECONNREFUSED', description: 'lost' };
const BROKEN: Failure = { service: 'cor', class: 'transient', status: 500, description: '500' };
const WRONG: Failure = { service: 'cor', class: 'validation', status: 400, description: '400' };

let now: number;
let seen: string[];
let pause: CorPause;

beforeEach(() => {
  now = 0;
  seen = [];
  pause = createCorPause({
    now: () => now,
    onStart: (reason, waitMs) => seen.push(`start: ${reason}, ${waitMs}`),
    onEnd: (reason, durationMs) => seen.push(`end: ${reason}, ${durationMs}`),
  });
});

/** Makes one call if that is allowed: `false` when it is not. */
function call(failure?: Failure): boolean {
  const pass = pause.enter();
  if (pass.go) pass.done(failure);
  return pass.go;
}

describe('the pause of COR calls', () => {
  it.each([
    ['refused credentials', REFUSED, 'COR refuses the credentials'],
    ['503', BUSY, 'COR answers 503'],
    ['429', { ...BUSY, status: 429 }, 'COR answers 429'],
  ])('starts at once with %s, and says why', (_what, failure, reason) => {
    call(failure);
    expect(pause.reason).toBe(reason);
    expect(seen).toEqual([`start: ${reason}, 1000`]);
    expect(call()).toBe(false);
  });

  it('starts with the third lost connection in a row, not with one between successes', () => {
    call(LOST);
    call(LOST);
    call();
    call(LOST);
    call(LOST);
    expect(pause.reason).toBeUndefined();
    call(LOST);
    expect(pause.reason).toBe('COR cannot be reached');
  });

  it('does not start for failures that only concern one message', () => {
    for (let count = 0; count < 10; count += 1) {
      call(WRONG);
      call(BROKEN);
    }
    expect(pause.reason).toBeUndefined();
  });

  it('lets one probe out at a time, at growing distances up to a minute', () => {
    call(BUSY);
    const probedAt: number[] = [];
    for (now = 1; now < 300_000; now += 100) if (call(BUSY)) probedAt.push(now);
    const distances = probedAt.map((at, index) => Math.round((at - (probedAt[index - 1] ?? 0)) / 1_000));
    expect(distances).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    now += 60_000;
    const probe = pause.enter();
    expect(probe.go).toBe(true);
    expect(pause.enter().go).toBe(false);
  });

  it('ends with the first success and says how long it was', () => {
    call(BUSY);
    now = 1_500;
    expect(call()).toBe(true);
    expect(pause.reason).toBeUndefined();
    expect(seen.at(-1)).toBe('end: COR answers 503, 1500');
    expect(call()).toBe(true);
  });

  it('makes no call before the time that COR asked for, and not even a late success ends it earlier', () => {
    const early = pause.enter();
    call({ ...BUSY, status: 429, retryAfterMs: 30_000 });
    if (early.go) early.done(undefined);
    now = 29_999;
    expect(pause.enter()).toEqual({ go: false, waitMs: 1 });
    now = 30_000;
    expect(call()).toBe(true);
    expect(pause.reason).toBeUndefined();
  });

  it('sends one probe at a time also when one of an earlier pause ends late', () => {
    const early = pause.enter();
    call(BUSY);
    now = 1_000;
    const first = pause.enter();
    if (early.go) early.done(undefined);
    call(BUSY);
    now = 2_000;
    const second = pause.enter();
    expect([first.go, second.go]).toEqual([true, true]);
    if (first.go) first.done(BUSY);
    now = 600_000;
    expect(pause.enter().go).toBe(false);
    if (second.go) second.done(undefined);
    expect(pause.reason).toBeUndefined();
  });

  it('ends when COR answers the probe with a refusal: it is there again', () => {
    call(BUSY);
    now = 1_000;
    call(WRONG);
    expect(pause.reason).toBeUndefined();
  });
});
