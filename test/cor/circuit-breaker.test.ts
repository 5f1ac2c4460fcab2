import { beforeEach, describe, expect, it } from 'vitest';
import { type CallPermit, type CircuitBreaker, createCircuitBreaker } from '../../src/cor/circuit-breaker.ts';
import type { Failure } from '../../src/failure.ts';

const cor = (failure: Partial<Failure>): Failure => ({
  service: 'cor',
  class: 'transient',
  description: '',
  ...failure,
});
const REFUSED_TOKEN = cor({ class: 'auth', status: 401, opensAfter: 'oneCall' });
const FORBIDDEN = cor({ class: 'auth', status: 403, opensAfter: 'twoUsers' });
const BUSY = cor({ status: 503, retryAfterMs: 0, opensAfter: 'oneCall' });
const BROKEN = cor({ status: 500, opensAfter: 'twoUsers' });
const PAGE = cor({ status: 404, code: 'UNRECOGNIZED_ANSWER', opensAfter: 'threeUsers' });
const LOST = cor({ code: 'ECONNREFUSED', opensAfter: 'threeCalls' });
const WRONG = cor({ class: 'validation', status: 400 });

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

/** Makes one call about a user if that is allowed: `false` when it is not. */
function call(failure?: Failure, user = 'u'): boolean {
  const permit = breaker.tryCall(user);
  report(permit, failure);
  return permit.allowed;
}

function report(permit: CallPermit, failure?: Failure): void {
  if (permit.allowed) permit.report(failure ? { kind: 'failed', failure } : { kind: 'succeeded' });
}

describe('what is everybody’s at once', () => {
  it.each([
    ['a refused token', REFUSED_TOKEN, 'COR refuses the credentials'],
    ['503 with Retry-After', BUSY, 'COR answers 503'],
    ['429', { ...BUSY, status: 429 }, 'COR answers 429'],
  ])('%s opens the breaker, and says why', (_what, failure, reason) => {
    call(failure);
    expect(breaker.reason).toBe(reason);
    expect(seen).toEqual([`open: ${reason}, 1000`]);
    expect(call()).toBe(false);
  });
});

describe('what may be the fault of one user', () => {
  it.each([
    ['401 or 403', FORBIDDEN, 2, 'COR refuses the credentials'],
    ['500', BROKEN, 2, 'COR answers 500'],
    ['an answer that is not COR’s', PAGE, 3, 'Something else than COR answers (404)'],
  ])(
    '%s keeps that user waiting, and opens the breaker only when others meet it too',
    (_what, failure, users, reason) => {
      for (let user = 1; user < users; user += 1) {
        for (let tries = 0; tries < 3; tries += 1) call(failure, `u${user}`);
        expect(breaker.tryCall(`u${user}`)).toMatchObject({ allowed: false, waitMs: 1_000 });
        expect(breaker.state).toBe('closed');
      }
      call(failure, `u${users}`);
      expect(breaker.reason).toBe(reason);
    },
  );

  it('is nobody else’s as long as others succeed between, or long ago', () => {
    for (const user of ['a', 'b', 'c', 'd']) {
      call(FORBIDDEN, user);
      call(PAGE, user);
      call(undefined, 'good');
    }
    call(BROKEN, 'e');
    now += 30_001;
    call(BROKEN, 'f');
    expect(breaker.state).toBe('closed');
  });

  it('keeps the user waiting longer each time, up to five minutes, and others not at all', () => {
    const waits: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      call(FORBIDDEN, 'bad');
      const permit = breaker.tryCall('bad');
      waits.push(permit.allowed ? 0 : permit.waitMs / 1_000);
      expect(call(undefined, 'good')).toBe(true);
      now += waits.at(-1) === undefined ? 0 : (waits.at(-1) ?? 0) * 1_000;
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(breaker.tryCall('bad').allowed).toBe(true);
    call(undefined, 'bad');
    call(FORBIDDEN, 'bad');
    call(FORBIDDEN, 'bad');
    expect(breaker.tryCall('bad')).toMatchObject({ lastFailure: FORBIDDEN });
    expect(breaker.tryCall('bad')).toMatchObject({ allowed: false, waitMs: 1_000 });
  });

  it('does not keep an outage alive: a good user’s probe ends it for all', () => {
    call(FORBIDDEN, 'a');
    call(FORBIDDEN, 'b');
    now += 1_000;
    expect(call(FORBIDDEN, 'a')).toBe(true);
    now += 2_000;
    expect(call(FORBIDDEN, 'a')).toBe(true);
    now += 4_000;
    // The users that met it wait for longer than the breaker, so the probe is somebody else's.
    expect(call(undefined, 'good')).toBe(true);
    expect(breaker.state).toBe('closed');
    expect(call(undefined, 'a')).toBe(true);
  });
});

describe('the circuit breaker', () => {
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

  it('does not open for refusals with COR’s own codes, however many users meet them', () => {
    for (let count = 0; count < 500; count += 1) call(WRONG, `u${count}`);
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
    expect(breaker.tryCall('u').allowed).toBe(true);
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.tryCall('u').allowed).toBe(false);
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
    const early = breaker.tryCall('u');
    call({ ...BUSY, status: 429, retryAfterMs: 30_000 });
    report(early);
    now = 29_999;
    expect(breaker.tryCall('u')).toMatchObject({ allowed: false, waitMs: 1 });
    now = 30_000;
    expect(call()).toBe(true);
    expect(breaker.reason).toBeUndefined();
  });

  it('probes after five minutes, however long COR asked to be left alone', () => {
    call({ ...BUSY, retryAfterMs: 86_400_000 });
    expect(breaker.tryCall('u')).toMatchObject({ allowed: false, waitMs: 300_000 });
    now = 300_000;
    expect(call()).toBe(true);
    expect(breaker.state).toBe('closed');
  });

  it('sends one probe at a time also when one of an earlier outage ends late', () => {
    const early = breaker.tryCall('u');
    call(BUSY);
    now = 1_000;
    const first = breaker.tryCall('u');
    report(early);
    call(BUSY);
    now = 2_000;
    const second = breaker.tryCall('u');
    expect([first.allowed, second.allowed]).toEqual([true, true]);
    report(first, BUSY);
    now = 600_000;
    expect(breaker.tryCall('u').allowed).toBe(false);
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
