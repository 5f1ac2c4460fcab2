export type HoldPoint = 'before' | 'after';

/** Stops requests inside the sandbox, so that a test can act (or crash the client) at an exact moment. */
export interface Gate {
  /** From now on every API request stops: before it takes effect, or after that and before its answer. */
  hold(point: HoldPoint): void;
  /** Lets all go, those that wait and those to come. */
  release(): void;
  /** Resolves as soon as `count` requests wait. */
  held(count: number): Promise<void>;
  pass(point: HoldPoint): Promise<void> | undefined;
}

export function createGate(): Gate {
  let closedAt: HoldPoint | undefined;
  let waiting: (() => void)[] = [];
  let watchers: { count: number; resolve: () => void }[] = [];

  const tellWatchers = () => {
    watchers = watchers.filter(({ count, resolve }) => {
      if (waiting.length < count) return true;
      resolve();
      return false;
    });
  };
  return {
    hold(point) {
      closedAt = point;
    },
    release() {
      closedAt = undefined;
      const released = waiting;
      waiting = [];
      for (const go of released) go();
    },
    held(count) {
      return new Promise((resolve) => {
        watchers.push({ count, resolve });
        tellWatchers();
      });
    },
    pass(point) {
      if (closedAt !== point) return undefined;
      return new Promise((resolve) => {
        waiting.push(resolve);
        tellWatchers();
      });
    },
  };
}
