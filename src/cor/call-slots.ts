/** Bounds the work with COR that is under way. First come, first served. */
export interface CallSlots {
  /** Runs `work` as soon as a slot is free, and gives the slot back however it ends. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * Runs `work`, which prepares a call and then makes it with `run`, as soon as few others are so far. Not
   * later, or its slot would wait for it; not sooner, or what it has read would be old when the slot is got.
   */
  approach<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly inUse: number;
}

/** For each call that is under way one more is prepared: it is read in the time that a call takes. */
const APPROACHING_PER_SLOT = 2;

/**
 * A counting semaphore in a dozen lines: a package for it would be one more production dependency to keep.
 */
class Semaphore {
  private readonly limit: number;
  private readonly waiting: (() => void)[] = [];
  inUse = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    // Who gives a place back hands it to the one that waits longest, so the count stays the same.
    if (this.inUse < this.limit) this.inUse += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.inUse -= 1;
    }
  }
}

export function createCallSlots(limit: number): CallSlots {
  const slots = new Semaphore(limit);
  const approaching = new Semaphore(limit * APPROACHING_PER_SLOT);
  return {
    run: (work) => slots.run(work),
    approach: (work) => approaching.run(work),
    get inUse() {
      return slots.inUse;
    },
  };
}
