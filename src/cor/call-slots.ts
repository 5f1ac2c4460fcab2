/** Bounds the COR work in flight. First come, first served. */
export interface CorSlots {
  /** Resolves with the function that gives the slot back. */
  acquire(): Promise<() => void>;
  readonly inUse: number;
}

/** A counting semaphore in a dozen lines: a package for it would be one more production dependency to keep. */
export function createCorSlots(limit: number): CorSlots {
  const waiting: (() => void)[] = [];
  let inUse = 0;

  function slot(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next) next();
      else inUse -= 1;
    };
  }

  return {
    async acquire() {
      if (inUse < limit) inUse += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return slot();
    },
    get inUse() {
      return inUse;
    },
  };
}
