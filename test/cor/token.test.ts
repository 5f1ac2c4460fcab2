import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorFailure } from '../../src/cor/cor-client.ts';
import { createTokenSource, type Token, type TokenGrant, withToken } from '../../src/cor/token.ts';
import { readGrant } from '../../src/cor/token-request.ts';
import { endDeadline, startDeadline } from '../../src/http/deadline.ts';
import type { Exchange } from '../../src/http/exchange.ts';

const HOUR = 3_600_000;

function tokensFrom(grant: (n: number) => TokenGrant | CorFailure) {
  const clock = { ms: 1_000_000 };
  const asked: number[] = [];
  const source = createTokenSource(
    async () => {
      asked.push(clock.ms);
      await Promise.resolve();
      return grant(asked.length);
    },
    () => clock.ms,
  );
  const value = async () => {
    const outcome = await source.obtain();
    return outcome.ok ? outcome.token.value : outcome.failure.class;
  };
  return { source, clock, asked, value };
}

describe('the token', () => {
  it('is cached until a minute before it expires', async () => {
    const { clock, asked, value } = tokensFrom((n) => ({ value: `t${n}`, expiresInMs: HOUR }));
    expect(await value()).toBe('t1');
    clock.ms += HOUR - 60_001;
    expect(await value()).toBe('t1');
    clock.ms += 1;
    expect(await value()).toBe('t2');
    expect(asked).toHaveLength(2);
  });

  it('that lives shorter than the margin is used for half its life', async () => {
    const { clock, value } = tokensFrom((n) => ({ value: `t${n}`, expiresInMs: 30_000 }));
    expect(await value()).toBe('t1');
    clock.ms += 14_999;
    expect(await value()).toBe('t1');
    clock.ms += 1;
    expect(await value()).toBe('t2');
  });

  it('is not cached when the request for it failed', async () => {
    const failure: CorFailure = { service: 'cor', class: 'transient', description: 'later' };
    const { value, asked } = tokensFrom((n) => (n === 1 ? failure : { value: 't2', expiresInMs: HOUR }));
    expect(await Promise.all([value(), value()])).toEqual(['transient', 'transient']);
    expect(await value()).toBe('t2');
    expect(asked).toHaveLength(2);
  });

  it('is asked for again by the next caller, whatever went wrong with the request', async () => {
    const { value } = tokensFrom((n) => {
      if (n === 1) throw new TypeError('Cannot convert object to primitive value');
      return { value: 't2', expiresInMs: HOUR };
    });
    expect(await value()).toBe('transient');
    expect(await value()).toBe('t2');
  });

  it('that expired on its way is not used', async () => {
    const { clock, value } = tokensFrom((n) => {
      clock.ms += 2_000;
      return { value: `t${n}`, expiresInMs: 1_000 };
    });
    expect(await value()).toBe('transient');
  });

  it('is fetched anew once, however many callers it was refused to', async () => {
    const { source, asked } = tokensFrom((n) => ({ value: `t${n}`, expiresInMs: HOUR }));
    const deadline = startDeadline(10_000);
    const call = () =>
      withToken(
        source,
        deadline,
        async (token) => (token.value === 't1' ? 401 : 200),
        (status) => status === 401,
      );
    const answers = await Promise.all(Array.from({ length: 20 }, call));
    endDeadline(deadline);
    expect(new Set(answers.map((answer) => answer.ok && answer.answer))).toEqual(new Set([200]));
    expect(asked).toHaveLength(2);
  });
});

describe('in any interleaving of callers, expiries and refusals', () => {
  it('one token request is in flight, no expired token is sent, and a token is replaced only for a reason', async () => {
    const event = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'call' } as const) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('wait' as const),
          ms: fc.integer({ min: 1, max: 200_000 }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'revoke' } as const) },
    );
    const lifetimes = fc.array(fc.constantFrom(10_000, 59_000, 61_000, 300_000), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(event, { minLength: 1, maxLength: 40 }),
        lifetimes,
        async (scheduler, events, lives) => {
          let now = 0;
          let inFlight = 0;
          const issued: { value: string; askedAt: number; life: number; revoked: boolean }[] = [];

          const tokens = createTokenSource(
            async () => {
              inFlight += 1;
              expect(inFlight).toBe(1);
              const former = issued.at(-1);
              if (former && !former.revoked) {
                expect(now).toBeGreaterThanOrEqual(
                  former.askedAt + Math.max(former.life - 60_000, former.life / 2),
                );
              }
              const life = lives[issued.length % lives.length] ?? 10_000;
              const grant = { value: `t${issued.length}`, askedAt: now, life, revoked: false };
              await scheduler.schedule(Promise.resolve(), 'token');
              inFlight -= 1;
              issued.push(grant);
              return { value: grant.value, expiresInMs: life };
            },
            () => now,
          );

          const send = async (token: Token) => {
            const known = issued.find(({ value }) => value === token.value);
            expect(known && now < known.askedAt + known.life).toBe(true);
            await scheduler.schedule(Promise.resolve(), 'call');
            return known?.revoked ? 401 : 200;
          };

          const deadline = startDeadline(60_000);
          const calls: Promise<unknown>[] = [];
          const steps = events.map((step) => async () => {
            if (step.kind === 'wait') now += step.ms;
            else if (step.kind === 'call')
              calls.push(withToken(tokens, deadline, send, (status) => status === 401));
            else for (const token of issued) token.revoked = true;
          });
          for (const step of steps) void scheduler.schedule(Promise.resolve(), 'step').then(step);
          await scheduler.waitIdle();
          await Promise.all(calls);
          endDeadline(deadline);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the answer of the token endpoint', () => {
  const response = (status: number, body: unknown, headers = {}): Exchange => ({
    kind: 'response',
    status,
    headers,
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

  const IGNORED = { lifetimeIgnored: true };
  it.each([
    [{ access_token: 'abc', expires_in: 120 }, 120_000],
    [{ access_token: 'abc', expires_in: '120' }, 120_000],
    [{ access_token: 'abc' }, HOUR],
    [{ access_token: 'abc', expires_in: 0 }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: -5 }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: 'soon' }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: null }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: { toString: null } }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: [[]] }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: 'NaN' }, HOUR, IGNORED],
    [{ access_token: 'abc', expires_in: 1e308 }, 24 * HOUR, IGNORED],
  ])('%j is good for %i ms', (body, expiresInMs, ignored: object = {}) => {
    expect(readGrant(response(200, body), [], 0)).toEqual({ value: 'abc', expiresInMs, ...ignored });
  });

  it.each([
    [400, 'auth', /COR_API_KEY and COR_CLIENT_SECRET/],
    [401, 'auth', /COR_API_KEY and COR_CLIENT_SECRET/],
    [403, 'auth', /COR_API_KEY and COR_CLIENT_SECRET/],
    [302, 'transient', /COR_TOKEN_URL/],
    [404, 'transient', /COR_TOKEN_URL/],
    [408, 'transient', /later/],
    [429, 'transient', /later/],
    [500, 'transient', /later/],
    [503, 'transient', /later/],
  ])('%i is %s', (status, expected, description) => {
    const failure = readGrant(response(status, { message: 'no' }, { 'retry-after': '7' }), [], 0);
    expect(failure).toMatchObject({
      class: expected,
      status,
      retryAfterMs: 7_000,
      description: expect.stringMatching(description),
    });
  });

  it.each([
    ['<html>'],
    [''],
    [null],
    [{}],
    [{ access_token: '' }],
    [{ access_token: 'a\nb' }],
    [{ access_token: 7 }],
  ])('200 with %j is no token', (body) => {
    expect(readGrant(response(200, body), [], 0)).toMatchObject({
      class: 'transient',
      code: 'UNRECOGNIZED_ANSWER',
      opensAfter: 'oneCall',
      description: expect.stringMatching(/COR_TOKEN_URL/),
    });
  });

  it.each([400, 401, 403])('%i with a page is what it is, not refused credentials', (status) => {
    const page = '<html><title>Blocked by the firewall</title></html>';
    expect(readGrant(response(status, page), [], 0)).toMatchObject({
      class: 'transient',
      code: 'UNRECOGNIZED_ANSWER',
      description: expect.stringMatching(/^Something else .* “Blocked by the firewall”/),
    });
  });

  it('that never came is transient', () => {
    expect(readGrant({ kind: 'noResponse', code: 'ECONNREFUSED' }, [], 0)).toMatchObject({
      class: 'transient',
      code: 'ECONNREFUSED',
    });
  });
});
