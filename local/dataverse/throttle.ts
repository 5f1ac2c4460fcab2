import { Refusal } from './refusal.ts';
import type { Switches } from './switches.ts';

/**
 * Service protection: counts what one user has asked for in a window that slides (Dataverse docs,
 * api-limits).
 */
export interface Throttle {
  /** Counts a request in; gives what counts it out. Throws `Refusal` above the limit. */
  enter(switches: Switches, now: number): (endedAt: number) => void;
}

interface Counted {
  readonly at: number;
  ms: number;
}

const CODES = { requests: '0x80072322', executionTime: '0x80072321', concurrent: '0x80072326' } as const;
const DEFAULT_WINDOW_MS = 300_000;

export function createThrottle(): Throttle {
  let counted: Counted[] = [];
  let underWay = 0;

  function excess({ throttle }: Switches, now: number): Refusal | undefined {
    if (!throttle) return undefined;
    const { limit, most, windowMs } = throttle;
    const spent = counted.reduce((sum, { ms }) => sum + ms, 0);
    const used = { requests: counted.length, executionTime: spent, concurrent: underWay }[limit];
    if (used < most) return undefined;
    // Until the oldest has left the window; requests that run now leave at any time.
    const waitMs = limit === 'concurrent' ? 1_000 : (counted[0]?.at ?? now) + windowMs - now;
    const retryAfter = throttle.retryAfter ?? String(Math.max(1, Math.ceil(waitMs / 1_000)));
    return new Refusal(
      429,
      CODES[limit],
      limit === 'requests'
        ? `Number of requests exceeded the limit of ${most} over time window of ${windowMs / 1_000} seconds.`
        : limit === 'executionTime'
          ? `Combined execution time of incoming requests exceeded limit of ${most} milliseconds over time window of ${windowMs / 1_000} seconds.`
          : `Number of concurrent requests exceeded the limit of ${most}.`,
      retryAfter === 'none' ? {} : { 'retry-after': retryAfter },
    );
  }

  return {
    enter(switches, now) {
      const windowMs = switches.throttle?.windowMs ?? DEFAULT_WINDOW_MS;
      counted = counted.filter(({ at }) => at > now - windowMs);
      const refusal = excess(switches, now);
      if (refusal) throw refusal;
      const request: Counted = { at: now, ms: 0 };
      counted.push(request);
      underWay += 1;
      return (endedAt) => {
        request.ms = endedAt - now;
        underWay -= 1;
      };
    },
  };
}
