import type { Failure, OpensAfter } from '../failure.ts';
import { UNRECOGNIZED_ANSWER } from './classify.ts';
import { createUserBackoff, type UserBackoff } from './user-backoff.ts';

/** How the calls ended that were made with one permit. */
type CallOutcome = { readonly kind: 'succeeded' } | { readonly kind: 'failed'; readonly failure: Failure };

/** Leave to call COR now, or how long to stay away. Who is allowed must call `report` exactly once. */
export type CallPermit =
  | { readonly allowed: true; report(outcome: CallOutcome): void }
  /** `lastFailure`: what the latest call met that is the reason for this. */
  | { readonly allowed: false; readonly waitMs: number; readonly lastFailure: Failure | undefined };

/** `closed`: calls are made. `open`: none is. `halfOpen`: one probe is under way, which decides. */
type BreakerState = 'closed' | 'open' | 'halfOpen';

export interface CircuitBreaker {
  /** Asks for leave to call COR about one user. */
  tryCall(user: string): CallPermit;
  readonly state: BreakerState;
  /** Why it is not closed, if it is not. */
  readonly reason: string | undefined;
  /** What the latest call met that kept it from closing, if it is not closed. */
  readonly lastFailure: Failure | undefined;
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
  lastFailure: Failure;
  /** No call before this time. */
  until: number;
  /** The same, as far as COR itself asked for it: not even a late success closes the breaker earlier. */
  askedUntil: number;
  delayMs: number;
  probing: boolean;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** However long COR asks to be left alone, a probe finds out by then whether it is well again. */
const MAX_ASKED_MS = 5 * 60_000;
/** One lost connection is an accident, several in a row with no success between them are an outage. */
const MAX_FAILURES_IN_A_ROW = 3;
/** What several users meet within this time is not the fault of one of them. */
const EVIDENCE_MS = 30_000;

/** The one reason that does not pass by itself. */
export const CREDENTIALS_REFUSED = 'COR refuses the credentials';

const USERS_NEEDED: Readonly<Partial<Record<OpensAfter, number>>> = { twoUsers: 2, threeUsers: 3 };

function reasonOf({ class: kind, code, status }: Failure): string {
  if (kind === 'auth') return CREDENTIALS_REFUSED;
  if (status === undefined) return 'COR cannot be reached';
  return code === UNRECOGNIZED_ANSWER
    ? `Something else than COR answers (${status})`
    : `COR answers ${status}`;
}

class Breaker implements CircuitBreaker {
  private readonly options: CircuitBreakerOptions;
  private readonly userBackoff: UserBackoff;
  private opened: Opened | undefined;
  private lostInARow = 0;
  /** Users that met what may be everybody's, and when, since somebody succeeded. UTC epoch ms. */
  private readonly evidence = new Map<string, number>();

  constructor(options: CircuitBreakerOptions) {
    this.options = options;
    this.userBackoff = createUserBackoff(options.now);
  }

  get state(): BreakerState {
    if (!this.opened) return 'closed';
    return this.opened.probing ? 'halfOpen' : 'open';
  }

  get reason(): string | undefined {
    return this.opened?.reason;
  }

  get lastFailure(): Failure | undefined {
    return this.opened?.lastFailure;
  }

  tryCall(user: string): CallPermit {
    const { opened } = this;
    const userWaitMs = this.userBackoff.waitMs(user);
    if (opened) {
      const waitMs = Math.max(userWaitMs, opened.until - this.options.now());
      const { lastFailure, probing, delayMs } = opened;
      if (probing) return { allowed: false, waitMs: Math.max(delayMs, waitMs), lastFailure };
      if (waitMs > 0) return { allowed: false, waitMs, lastFailure };
      opened.probing = true;
    } else if (userWaitMs > 0)
      return { allowed: false, waitMs: userWaitMs, lastFailure: this.userBackoff.lastFailure(user) };
    return { allowed: true, report: (outcome) => this.report(user, outcome, opened) };
  }

  private report(user: string, outcome: CallOutcome, probed: Opened | undefined): void {
    // A late success may have closed it since, and a new opening may have a probe of its own.
    const isProbe = this.opened !== undefined && this.opened === probed;
    if (isProbe && this.opened) this.opened.probing = false;
    const failure = outcome.kind === 'failed' ? outcome.failure : undefined;
    // Without a word about other calls it was refused in its own way: COR is there.
    if (!failure?.opensAfter) this.succeed(user, isProbe);
    else {
      this.count(user, failure);
      if (this.opened) this.extend(this.opened, failure, isProbe);
      else if (this.isEverybodys(failure)) this.open(failure);
    }
  }

  private succeed(user: string, isProbe: boolean): void {
    this.lostInARow = 0;
    this.evidence.clear();
    this.userBackoff.forget(user);
    const now = this.options.now();
    if (!this.opened || (!isProbe && this.opened.askedUntil > now)) return;
    const { reason, since } = this.opened;
    this.opened = undefined;
    this.userBackoff.forgetAll();
    this.options.onClose?.(reason, now - since);
  }

  private count(user: string, failure: Failure): void {
    const { opensAfter } = failure;
    if (opensAfter === 'threeCalls') this.lostInARow += 1;
    if (opensAfter !== 'twoUsers' && opensAfter !== 'threeUsers') return;
    const now = this.options.now();
    this.userBackoff.failed(user, failure);
    for (const [other, at] of this.evidence) if (now - at > EVIDENCE_MS) this.evidence.delete(other);
    this.evidence.set(user, now);
  }

  private isEverybodys({ opensAfter }: Failure): boolean {
    if (opensAfter === 'threeCalls') return this.lostInARow >= MAX_FAILURES_IN_A_ROW;
    const needed = opensAfter === undefined ? undefined : USERS_NEEDED[opensAfter];
    return needed === undefined || this.evidence.size >= needed;
  }

  private extend(opened: Opened, failure: Failure, isProbe: boolean): void {
    const now = this.options.now();
    opened.lastFailure = failure;
    opened.askedUntil = Math.max(opened.askedUntil, now + askedMs(failure));
    if (isProbe) opened.delayMs = Math.min(opened.delayMs * 2, MAX_DELAY_MS);
    opened.until = Math.max(opened.until, opened.askedUntil, isProbe ? now + opened.delayMs : 0);
  }

  private open(failure: Failure): void {
    const now = this.options.now();
    const askedUntil = now + askedMs(failure);
    const until = Math.max(now + FIRST_DELAY_MS, askedUntil);
    const reason = reasonOf(failure);
    this.opened = {
      reason,
      since: now,
      lastFailure: failure,
      until,
      askedUntil,
      delayMs: FIRST_DELAY_MS,
      probing: false,
    };
    this.options.onOpen?.(reason, until - now);
  }
}

function askedMs({ retryAfterMs = 0 }: Failure): number {
  return Math.min(retryAfterMs, MAX_ASKED_MS);
}

/**
 * Keeps a process from calling COR while that is useless: once open, it lets only one probe at a time out, at
 * growing distances, until one succeeds. What one user alone meets keeps only that user waiting. A circuit
 * breaker of our own, since those on npm know neither Retry-After nor a reason nor whom a failure concerns.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  return new Breaker(options);
}
