/** The one timer of a COR call. Waits inside the call subscribe to it, which costs less than a chain of AbortSignals. */
export interface Deadline {
  readonly expired: boolean;
  onExpire(listener: () => void): void;
  forget(listener: () => void): void;
  /** Has to be called when the call ends, or the timer keeps the process alive. */
  clear(): void;
}

export function startDeadline(timeoutMs: number): Deadline {
  const listeners = new Set<() => void>();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    for (const listener of [...listeners]) listener();
  }, timeoutMs);
  return {
    get expired() {
      return expired;
    },
    onExpire: (listener) => void listeners.add(listener),
    forget: (listener) => void listeners.delete(listener),
    clear: () => clearTimeout(timer),
  };
}

/** The promise's value, or `overdue()` when the deadline passes first. The promise must not reject. */
export function within<T>(deadline: Deadline, promise: Promise<T>, overdue: () => T): Promise<T> {
  if (deadline.expired) return Promise.resolve(overdue());
  return new Promise((resolve) => {
    const onExpire = () => resolve(overdue());
    deadline.onExpire(onExpire);
    void promise.then((value) => {
      deadline.forget(onExpire);
      resolve(value);
    });
  });
}
