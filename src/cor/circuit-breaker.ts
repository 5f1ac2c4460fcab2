import type { Failure } from '../failure.ts';

/** How the calls ended that were made with one permit. */
type CallOutcome = { readonly kind: 'succeeded' } | { readonly kind: 'failed'; readonly failure: Failure };

/** Leave to call COR now, or how long to stay away. Who is allowed must call `report` exactly once. */
export type CallPermit =
  | { readonly allowed: true; report(outcome: CallOutcome): void }
  | { readonly allowed: false; readonly waitMs: number };

/** `closed`: calls are made. `open`: none is. `halfOpen`: one probe is under way, which decides. */
type BreakerState = 'closed' | 'open' | 'halfOpen';

export interface CircuitBreaker {
  tryCall(): CallPermit;
  readonly state: BreakerState;
  /** Why it is not closed, if it is not. */
  readonly reason: string | undefined;
}

export interface CircuitBreakerOptions {
  readonly now: () => number;
  readonly onOpen?: (reason: string, waitMs: number) => void;
  /** `durationMs`: from the opening on. */
  readonly onClose?: (reason: string, durationMs: number) => void;
}

/** What is known while the breaker is not closed. Times are UTC epoch ms. */
interface Opened {
  readonly reason: string;
  readonly since: number;
  /** No call before this time. */
  until: number;
  /** The same, as far as COR itself asked for it: not even a late success closes the breaker earlier. */
  askedUntil: number;
  delayMs: number;
  probing: boolean;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** One lost connection is an accident, several in a row with no success between them are an outage. */
const MAX_FAILURES_IN_A_ROW = 3;

/** The one reason that does not pass by itself. */
export const CREDENTIALS_REFUSED = 'COR refuses the credentials';

/** Why a failure stops all calls, not only this one. */
function reasonToOpen(failure: Failure): { reason: string; atOnce: boolean } | undefined {
  if (failure.class === 'auth') return { reason: CREDENTIALS_REFUSED, atOnce: true };
  if (failure.class !== 'transient') return undefined;
  if (failure.status === 429) return { reason: 'COR answers 429', atOnce: true };
  if (failure.status === 503) return { reason: 'COR answers 503', atOnce: true };
  if (failure.retryAfterMs !== undefined) return { reason: 'COR asked for a pause', atOnce: true };
  if (failure.status === undefined) return { reason: 'COR cannot be reached', atOnce: false };
  if (failure.status === 502 || failure.status === 504)
    return { reason: `COR's gateway answers ${failure.status}`, atOnce: false };
  return undefined;
}

class Breaker implements CircuitBreaker {
  private readonly options: CircuitBreakerOptions;
  private opened: Opened | undefined;
  private failuresInARow = 0;

  constructor(options: CircuitBreakerOptions) {
    this.options = options;
  }

  get state(): BreakerState {
    if (!this.opened) return 'closed';
    return this.opened.probing ? 'halfOpen' : 'open';
  }

  get reason(): string | undefined {
    return this.opened?.reason;
  }

  tryCall(): CallPermit {
    const { opened } = this;
    if (opened) {
      const waitMs = opened.until - this.options.now();
      if (opened.probing) return { allowed: false, waitMs: Math.max(opened.delayMs, waitMs) };
      if (waitMs > 0) return { allowed: false, waitMs };
      opened.probing = true;
    }
    return { allowed: true, report: (outcome) => this.report(outcome, opened) };
  }

  private report(outcome: CallOutcome, probed: Opened | undefined): void {
    // A late success may have closed it since, and a new opening may have a probe of its own.
    const isProbe = this.opened !== undefined && this.opened === probed;
    if (isProbe && this.opened) this.opened.probing = false;
    const why = outcome.kind === 'failed' ? reasonToOpen(outcome.failure) : undefined;
    // Refused, or broken in its own way: COR is there.
    if (outcome.kind === 'succeeded' || !why) this.close(isProbe);
    else if (this.opened) this.extend(this.opened, outcome.failure, isProbe);
    else this.count(outcome.failure, why);
  }

  private close(isProbe: boolean): void {
    this.failuresInARow = 0;
    const now = this.options.now();
    if (!this.opened || (!isProbe && this.opened.askedUntil > now)) return;
    const { reason, since } = this.opened;
    this.opened = undefined;
    this.options.onClose?.(reason, now - since);
  }

  private extend(opened: Opened, { retryAfterMs = 0 }: Failure, isProbe: boolean): void {
    const now = this.options.now();
    opened.askedUntil = Math.max(opened.askedUntil, now + retryAfterMs);
    if (isProbe) opened.delayMs = Math.min(opened.delayMs * 2, MAX_DELAY_MS);
    opened.until = Math.max(opened.until, opened.askedUntil, isProbe ? now + opened.delayMs : 0);
  }

  private count({ retryAfterMs = 0 }: Failure, why: { reason: string; atOnce: boolean }): void {
    this.failuresInARow += 1;
    if (!why.atOnce && this.failuresInARow < MAX_FAILURES_IN_A_ROW) return;
    const now = this.options.now();
    const askedUntil = now + retryAfterMs;
    const until = Math.max(now + FIRST_DELAY_MS, askedUntil);
    const { reason } = why;
    this.opened = { reason, since: now, until, askedUntil, delayMs: FIRST_DELAY_MS, probing: false };
    this.options.onOpen?.(reason, until - now);
  }
}

/**
 * Keeps a process from calling COR while that is useless: once open, it lets only one probe at a time out, at
 * growing distances, until one succeeds. A circuit breaker of our own, since those on npm know neither
 * Retry-After nor a reason.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  return new Breaker(options);
}
