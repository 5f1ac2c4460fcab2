/** Bounds the work with COR that is under way. First come, first served. */
export interface CallSlots {
  /** Runs `work` as soon as a slot is free, and gives the slot back however it ends. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly inUse: number;
}

/**
 * A counting semaphore in a dozen lines: a package for it would be one more production dependency to keep.
 */
export function createCallSlots(limit: number): CallSlots {
  const waiting: (() => void)[] = [];
  let inUse = 0;
  return {
    async run(work) {
      // Who gives a slot back hands it to the one that waits longest, so the count stays the same.
      if (inUse < limit) inUse += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else inUse -= 1;
      }
    },
    get inUse() {
      return inUse;
    },
  };
}
