import type { Broker } from '../broker/broker.ts';

/** As long as calls can be paused after COR is well again, and some more. */
const LONGEST_MS = 75_000;
const EVERY_MS = 1_000;

let running: NodeJS.Timeout | undefined;

/** Something else is tried: copies wait as long as they were given again. */
export function leaveWaiting(): void {
  clearInterval(running);
  running = undefined;
}

/**
 * What waits in the queues is tried now, and what has to wait again as well: calls stay paused until a probe
 * finds COR, up to a minute later.
 */
export function bringForward(
  broker: Pick<Broker, 'counts' | 'enqueueScheduled'>,
  queues: readonly string[],
): void {
  leaveWaiting();
  const until = performance.now() + LONGEST_MS;
  const look = () => {
    for (const queue of queues) broker.enqueueScheduled(queue);
    const isQuiet = queues.every((queue) => {
      const { active, locked, scheduled } = broker.counts(queue);
      return active + locked + scheduled === 0;
    });
    if (isQuiet || performance.now() > until) leaveWaiting();
  };
  running = setInterval(look, EVERY_MS).unref();
  look();
}
