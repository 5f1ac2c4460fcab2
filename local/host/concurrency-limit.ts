/** At most `limit` holders at a time, first come first served. */
export interface ConcurrencyLimit {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createConcurrencyLimit(limit: number): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    async run(work) {
      if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        return await work();
      } finally {
        // A waiter takes over this place, so the count stays.
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
