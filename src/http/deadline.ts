/**
 * The one timer of a COR call. A call waits for one thing at a time (a token, an exchange), so there is one
 * listener: cheaper than a chain of AbortSignals.
 */
export interface Deadline {
  expired: boolean;
  /** What the present wait does when time is up. Whoever sets it clears it. */
  onExpire: (() => void) | undefined;
  readonly timer: NodeJS.Timeout;
}

/** `endDeadline` has to be called when the call ends, or the timer keeps the process alive. */
export function startDeadline(timeoutMs: number): Deadline {
  const deadline: Deadline = {
    expired: false,
    onExpire: undefined,
    timer: setTimeout(() => {
      deadline.expired = true;
      deadline.onExpire?.();
    }, timeoutMs),
  };
  return deadline;
}

export function endDeadline(deadline: Deadline): void {
  clearTimeout(deadline.timer);
}

/** The promise's outcome, or `overdue()` when the deadline passes first. */
export function within<T>(deadline: Deadline, promise: Promise<T>, overdue: () => T): Promise<T> {
  if (deadline.expired) return Promise.resolve(overdue());
  return new Promise((resolve, reject) => {
    deadline.onExpire = () => resolve(overdue());
    const ended = (): void => {
      // A late outcome must not take the listener of a later wait away.
      if (!deadline.expired) deadline.onExpire = undefined;
    };
    promise.then(
      (value) => {
        ended();
        resolve(value);
      },
      (error: unknown) => {
        ended();
        reject(error);
      },
    );
  });
}
