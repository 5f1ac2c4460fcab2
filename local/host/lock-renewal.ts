import type { Delivery } from './delivery.ts';

export interface LockRenewal {
  /** Keeps the lock until `release`, or until the longest renewal time is over. */
  keep(delivery: Delivery): void;
  release(delivery: Delivery): void;
  stop(): void;
}

const SWEEP_MS = 100;
const RETRY_MS = 500;
/** The .NET client renews this long before the lock ends, or half way through a shorter lock. */
const RENEW_BEFORE_END_MS = 10_000;

/**
 * Renews the locks of running invocations. Own code, because the SDK's renewer knows messages by message id:
 * two copies of one message in flight stop each other's renewal (@azure/service-bus 7.9.5, LockRenewer.stop),
 * which the .NET host's does not.
 */
export function createLockRenewal(
  maxDurationMs: number,
  onError: (delivery: Delivery, error: unknown) => void,
): LockRenewal {
  const kept = new Map<Delivery, { renewAt: number; readonly until: number }>();

  const sweep = setInterval(() => {
    const now = Date.now();
    for (const [delivery, lock] of kept) {
      if (now >= lock.until) kept.delete(delivery);
      else if (now >= lock.renewAt) renew(delivery, lock);
    }
  }, SWEEP_MS);
  sweep.unref();

  function renew(delivery: Delivery, lock: { renewAt: number }): void {
    lock.renewAt = Number.POSITIVE_INFINITY;
    if (delivery.settling) return;
    delivery.renewLock().then(
      () => {
        lock.renewAt = nextRenewal(delivery);
      },
      (error: unknown) => {
        if (!kept.has(delivery)) return;
        onError(delivery, error);
        // A lost connection may be back in time; a lost lock is not.
        if ((delivery.message.lockedUntilUtc?.getTime() ?? 0) <= Date.now()) kept.delete(delivery);
        else lock.renewAt = Date.now() + RETRY_MS;
      },
    );
  }

  return {
    keep(delivery) {
      if (maxDurationMs === 0) return;
      kept.set(delivery, { renewAt: nextRenewal(delivery), until: Date.now() + maxDurationMs });
    },
    release(delivery) {
      kept.delete(delivery);
    },
    stop() {
      clearInterval(sweep);
    },
  };
}

function nextRenewal(delivery: Delivery): number {
  const now = Date.now();
  const remaining = (delivery.message.lockedUntilUtc?.getTime() ?? now) - now;
  return now + remaining - Math.min(RENEW_BEFORE_END_MS, remaining / 2);
}
