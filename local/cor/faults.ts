import type { CorSwitches } from './switches.ts';

type Failure = CorSwitches['failNext'][number];
/** What a failure hits; `random` is drawn per request where `failRate` is set. */
type Target = 'api' | 'token';

/** Decides which requests fail, are slowed down or turned away. Random choices repeat for the same seed. */
export interface Faults {
  /**
   * The failure that the next request of this kind, about this user where it is about one, meets. Uses up
   * `failNext` entries.
   */
  next(target: Target, user: string, switches: CorSwitches): Omit<Failure, 'count'> | undefined;
  /**
   * The `Retry-After` of a request above the rate limit (null: none is sent), or undefined when it may pass.
   */
  overRate(switches: CorSwitches): { retryAfter: string | null } | undefined;
  latency(switches: CorSwitches): number;
}

export function createFaults(): Faults {
  let random = seeded(1);
  let seededWith: number | undefined;
  let tokens = 0;
  let filledAt = 0;

  return {
    next(target, user, switches) {
      if (target === 'api' && switches.failUser?.user === user) return switches.failUser;
      const index = switches.failNext.findIndex((failure) => failure.on === target);
      const scheduled = switches.failNext[index];
      if (scheduled) {
        scheduled.count -= 1;
        if (scheduled.count === 0) switches.failNext.splice(index, 1);
        return scheduled;
      }
      const { failRate } = switches;
      if (!failRate) seededWith = undefined;
      if (!failRate || failRate.on !== target) return undefined;
      if (seededWith !== failRate.seed) {
        random = seeded(failRate.seed);
        seededWith = failRate.seed;
      }
      return random() < failRate.rate ? failRate : undefined;
    },
    overRate({ rateLimit }) {
      if (!rateLimit) return undefined;
      const now = Date.now();
      const capacity = Math.max(rateLimit.perSecond, 1);
      tokens = Math.min(tokens + ((now - filledAt) / 1000) * rateLimit.perSecond, capacity);
      filledAt = now;
      if (tokens >= 1) {
        tokens -= 1;
        return undefined;
      }
      const seconds = Math.ceil((1 - tokens) / rateLimit.perSecond);
      if (rateLimit.retryAfter === 'none') return { retryAfter: null };
      if (rateLimit.retryAfter === 'seconds') return { retryAfter: String(seconds) };
      // An HTTP date has whole seconds only, so the next one is named.
      return { retryAfter: new Date((Math.floor(now / 1000) + seconds + 1) * 1000).toUTCString() };
    },
    latency({ latencyMs }) {
      if (typeof latencyMs === 'number') return latencyMs;
      const [least, most] = latencyMs;
      return least + Math.random() * (most - least);
    },
  };
}

/** Mulberry32: Math.random takes no seed, and a dependency for six lines would not earn its place. */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
