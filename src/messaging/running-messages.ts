import { endedWithin } from '../timeout.ts';
import type { RetryQueue } from './retry-queue.ts';

/**
 * What is neither done nor failed when the process ends: the host gives such a message back, or its lock runs
 * out.
 */
const untilTheEnd = (): Promise<never> => new Promise(() => {});

/**
 * The messages that are under way, so that the process can end around them. Once it is ending, no further
 * message is begun; when their time is over, whatever still runs gets no further: what fails because
 * connections are closed must not be taken for an outage and leave copies behind.
 */
export class RunningMessages {
  readonly #running = new Set<Promise<void>>();
  #ending = false;
  #over = false;

  async run(handle: () => Promise<void>): Promise<void> {
    // Failed, it would come back at once, to this very process.
    if (this.#ending) return untilTheEnd();
    const running = handle();
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
      if (this.#over) await untilTheEnd();
    }
  }

  /** A queue that takes nothing any more once the time of the messages is over. */
  guard(queue: RetryQueue): RetryQueue {
    return {
      ...queue,
      schedule: (copy, at) => (this.#over ? untilTheEnd() : queue.schedule(copy, at)),
    };
  }

  /** Begins no more messages, and resolves when those that run have ended, at the latest after `ms`. */
  async end(ms: number): Promise<void> {
    this.#ending = true;
    await endedWithin(ms, Promise.allSettled(this.#running));
    this.#over = true;
  }
}
