export interface Timer {
  cancel(): void;
}

/**
 * Time for the broker's core: tests put a clock in its place that they move by hand. Milliseconds since 1970.
 */
export interface Clock {
  now(): number;
  after(milliseconds: number, callback: () => void): Timer;
}

// setTimeout fires at once for anything longer; whoever waits looks at the time again when it fires.
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The wall clock, except that it never steps back: lock expiries must stay in the order in which locks were
 * taken.
 */
export function systemClock(): Clock {
  let latest = 0;
  return {
    now() {
      latest = Math.max(latest, Date.now());
      return latest;
    },
    after(milliseconds, callback) {
      const timeout = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMEOUT));
      return { cancel: () => clearTimeout(timeout) };
    },
  };
}
