import { type Deadline, within } from '../http/deadline.ts';
import type { CallContext, CorFailure } from './cor-client.ts';
import { unreachable } from './failure.ts';

/**
 * A token that COR handed out. `expiresInMs` counts from the moment it was asked for, so that it errs on the
 * early side.
 */
export interface TokenGrant {
  readonly value: string;
  readonly expiresInMs: number;
  /** The reply's `expires_in` made no sense, and something else was taken. */
  readonly lifetimeIgnored?: true;
}

export interface Token {
  readonly value: string;
  /** The header's value, made once. */
  readonly authorization: string;
}

export type TokenOutcome =
  | { readonly ok: true; readonly token: Token }
  | { readonly ok: false; readonly failure: CorFailure };

export interface TokenSource {
  /**
   * The cached token while it is fresh; otherwise the one request that is or gets under way, for all who wait
   * in the name of the first. Never rejects.
   */
  obtain(context?: CallContext): TokenOutcome | Promise<TokenOutcome>;
  /**
   * COR refused this token. Only that very token is dropped: by now another caller may have fetched a new
   * one.
   */
  refused(token: Token): void;
}

/** A token is not used in its last minute: the call that carries it takes time, and clocks differ. */
const MARGIN_MS = 60_000;

/**
 * Caches one token and keeps one request for it in flight at most, however many callers wait.
 * `request` must settle within a bounded time; `now` is in ms.
 */
export function createTokenSource(
  request: (context?: CallContext) => Promise<TokenGrant | CorFailure>,
  now: () => number,
): TokenSource {
  let cached: { readonly token: Token; readonly freshUntil: number } | undefined;
  let inFlight: Promise<TokenOutcome> | undefined;

  async function fetchToken(context: CallContext | undefined): Promise<TokenOutcome> {
    const askedAt = now();
    let grant: TokenGrant | CorFailure;
    try {
      grant = await request(context);
    } catch {
      return { ok: false, failure: REQUEST_FAILED };
    }
    if ('class' in grant) return { ok: false, failure: grant };

    if (now() >= askedAt + grant.expiresInMs) return { ok: false, failure: EXPIRED_ON_ARRIVAL };
    const token = { value: grant.value, authorization: `Bearer ${grant.value}` };
    // The margin would leave nothing, or next to nothing, of a token that lives two minutes or less.
    cached = { token, freshUntil: askedAt + Math.max(grant.expiresInMs - MARGIN_MS, grant.expiresInMs / 2) };
    return { ok: true, token };
  }

  return {
    obtain(context) {
      if (cached && now() < cached.freshUntil) return { ok: true, token: cached.token };
      // Whatever happens: a promise that stays would be every later caller's answer. Out here, because what
      // throws at once is over before it is kept.
      inFlight ??= fetchToken(context).finally(() => {
        inFlight = undefined;
      });
      return inFlight;
    },
    refused(token) {
      if (cached?.token === token) cached = undefined;
    },
  };
}

const REQUEST_FAILED: CorFailure = {
  service: 'cor',
  class: 'transient',
  code: 'TOKEN_REQUEST_FAILED',
  opensAfter: 'threeCalls',
  description:
    "The request to COR's token endpoint failed inside the connector. Report this with the log around it.",
};

const EXPIRED_ON_ARRIVAL: CorFailure = {
  service: 'cor',
  class: 'transient',
  code: 'TOKEN_EXPIRED',
  opensAfter: 'threeCalls',
  description:
    'The token endpoint took longer to answer than the token it gave was valid. Check its response time and expires_in.',
};

/**
 * Runs `send` with a token and, when COR refuses that token, once more with a fresh one. Callers that were
 * refused the same token cause one token request together. `send` must not reject.
 */
export async function withToken<T>(
  tokens: TokenSource,
  deadline: Deadline,
  send: (token: Token) => Promise<T>,
  isRefused: (answer: T) => boolean,
  context?: CallContext,
): Promise<{ readonly ok: true; readonly answer: T } | { readonly ok: false; readonly failure: CorFailure }> {
  const first = await tokenWithin(deadline, tokens, context);
  if (!first.ok) return first;
  const answer = await send(first.token);
  if (!isRefused(answer)) return { ok: true, answer };

  tokens.refused(first.token);
  const second = await tokenWithin(deadline, tokens, context);
  if (!second.ok) return second;
  return { ok: true, answer: await send(second.token) };
}

/**
 * The token request has a time limit of its own, as it serves many callers; each of them leaves when its own
 * time is up.
 */
export function tokenWithin(
  deadline: Deadline,
  tokens: TokenSource,
  context?: CallContext,
): TokenOutcome | Promise<TokenOutcome> {
  const outcome = tokens.obtain(context);
  if (!(outcome instanceof Promise)) return outcome;
  return within(deadline, outcome, () => ({
    ok: false,
    failure: unreachable("COR's token endpoint", 'DEADLINE'),
  }));
}
