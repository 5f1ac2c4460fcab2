import { type Clock, systemClock } from './clock.ts';

export interface SkippingClock extends Clock {
  /** Jumps forward: what falls due meanwhile is done at once. */
  skip(milliseconds: number): void;
}

/** The system's clock, which can be put forward: for a broker whose scheduled messages are not to be waited for. */
export function skippingClock(): SkippingClock {
  const system = systemClock();
  const rearm = new Set<() => void>();
  let skipped = 0;
  const now = () => system.now() + skipped;
  return {
    now,
    after(milliseconds, callback) {
      const at = now() + milliseconds;
      const start = () =>
        system.after(Math.max(0, at - now()), () => {
          rearm.delete(again);
          callback();
        });
      let timer = start();
      const again = () => {
        timer.cancel();
        timer = start();
      };
      rearm.add(again);
      return {
        cancel() {
          rearm.delete(again);
          timer.cancel();
        },
      };
    },
    skip(milliseconds) {
      skipped += milliseconds;
      for (const again of [...rearm]) again();
    },
  };
}
