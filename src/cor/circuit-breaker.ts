import type { Failure } from '../failure.ts';

export interface CorPause {
  /**
   * Asks whether a call may be made now. `go: false` says how long to stay away, in milliseconds. With `go: true` the caller must
   * call `done` exactly once, with the failure its calls met, if any.
   */
  enter(): { go: true; done: (failure: Failure | undefined) => void } | { go: false; waitMs: number };
  /** The reason of the pause that is on, if one is. */
  readonly reason: string | undefined;
}

export interface CorPauseOptions {
  readonly now: () => number;
  readonly onStart?: (reason: string, waitMs: number) => void;
  readonly onEnd?: (reason: string, durationMs: number) => void;
}

interface Paused {
  readonly reason: string;
  readonly since: number;
  /** No call before this time. */
  until: number;
  /** The same, as far as COR itself asked for it: not even a late success ends the pause earlier. */
  askedUntil: number;
  delayMs: number;
  probing: boolean;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** One lost connection is an accident, several in a row with no success between them are an outage. */
const STRIKES = 3;

/** The one pause that does not pass by itself. */
export const CREDENTIALS_REFUSED = 'COR refuses the credentials';

/** Why a failure stops all calls, not only this one. */
function reasonToPause(failure: Failure): { reason: string; atOnce: boolean } | undefined {
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

/**
 * Keeps a process from calling COR while that is useless: after a start only one probe at a time goes out, at growing distances,
 * until one succeeds. A circuit breaker of our own, since those on npm know neither Retry-After nor a reason.
 */
export function createCorPause({ now, onStart, onEnd }: CorPauseOptions): CorPause {
  let paused: Paused | undefined;
  let strikes = 0;

  function succeeded(probe: boolean): void {
    strikes = 0;
    if (!paused || (!probe && paused.askedUntil > now())) return;
    const { reason, since } = paused;
    paused = undefined;
    onEnd?.(reason, now() - since);
  }

  function failed(failure: Failure, probe: boolean): void {
    const why = reasonToPause(failure);
    if (!why) {
      // Refused or broken in its own way: COR is there.
      succeeded(probe);
      return;
    }
    const asked = now() + (failure.retryAfterMs ?? 0);
    if (paused) {
      paused.askedUntil = Math.max(paused.askedUntil, asked);
      if (probe) paused.delayMs = Math.min(paused.delayMs * 2, LONGEST_DELAY_MS);
      paused.until = Math.max(paused.until, paused.askedUntil, probe ? now() + paused.delayMs : 0);
      return;
    }
    strikes += 1;
    if (!why.atOnce && strikes < STRIKES) return;
    const until = Math.max(now() + FIRST_DELAY_MS, asked);
    paused = {
      reason: why.reason,
      since: now(),
      until,
      askedUntil: asked,
      delayMs: FIRST_DELAY_MS,
      probing: false,
    };
    onStart?.(why.reason, until - now());
  }

  return {
    enter() {
      const probed = paused;
      if (paused) {
        if (paused.probing) return { go: false, waitMs: Math.max(paused.delayMs, paused.until - now()) };
        if (paused.until > now()) return { go: false, waitMs: paused.until - now() };
        paused.probing = true;
      }
      return {
        go: true,
        done(failure) {
          // A late success may have ended that pause, and a new one may have a probe of its own.
          const probe = paused !== undefined && paused === probed;
          if (probe && paused) paused.probing = false;
          if (failure) failed(failure, probe);
          else succeeded(probe);
        },
      };
    },
    get reason() {
      return paused?.reason;
    },
  };
}
