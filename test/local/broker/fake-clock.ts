import type { Clock } from '../../../local/broker/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward, firing what falls due on the way, in order. */
  advance(milliseconds: number): void;
}

/** A clock that only moves when told to. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; callback: () => void }>();
  const nextTimer = (until: number) => {
    const due = [...timers].filter((timer) => timer.at <= until);
    return due.sort((a, b) => a.at - b.at)[0];
  };
  return {
    now: () => now,
    after(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (let timer = nextTimer(end); timer; timer = nextTimer(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
      }
      now = end;
    },
  };
}
