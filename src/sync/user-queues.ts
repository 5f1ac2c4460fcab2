import { AsyncLocalStorage } from 'node:async_hooks';
import type { SyncResult, UserRequest } from './user-request.ts';

/** A request that waits for its turn or is worked on, and the promise of its message. */
export interface QueuedRequest extends UserRequest {
  /** When it came in, UTC epoch ms. */
  readonly queuedAt: number;
  /** Runs work as a part of the message's own invocation: a line logged there then belongs to it. */
  readonly within: <Result>(work: () => Result) => Result;
  resolve(result: SyncResult): void;
  reject(error: unknown): void;
}

/**
 * Works on requests of one user and resolves each, those that it takes included. `take` returns what has come
 * in for the same user meanwhile and hands it over: the later it is called, the more messages share a COR
 * call.
 */
export type UserWorker = (
  user: string,
  first: readonly QueuedRequest[],
  take: () => readonly QueuedRequest[],
) => Promise<void>;

export interface UserQueues {
  submit(user: string, request: UserRequest): Promise<SyncResult>;
  /** Users with work waiting or under way. */
  readonly size: number;
}

/** What waits for one user. Taking it empties the queue. */
class UserQueue {
  private waiting: QueuedRequest[] = [];

  add(request: QueuedRequest): void {
    this.waiting.push(request);
  }

  takeAll(): readonly QueuedRequest[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }
}

/** Works on one group; what the worker leaves open because it fails is rejected. */
async function workOn(
  user: string,
  first: readonly QueuedRequest[],
  queue: UserQueue,
  work: UserWorker,
): Promise<void> {
  const taken = [first];
  const take = () => {
    const more = queue.takeAll();
    taken.push(more);
    return more;
  };
  try {
    await first[0]?.within(() => work(user, first, take));
  } catch (error) {
    // Promises that are settled ignore this.
    for (const request of taken.flat()) request.reject(error);
  }
}

/**
 * Works on what waits for one user, one group after the other, and drops the queue in the moment in which it
 * is empty.
 */
async function drain(
  user: string,
  queues: Map<string, UserQueue>,
  queue: UserQueue,
  work: UserWorker,
): Promise<void> {
  // Messages that the host hands over in the same turn of the event loop belong together.
  await new Promise((resolve) => setImmediate(resolve));
  for (let first = queue.takeAll(); first.length > 0; first = queue.takeAll())
    await workOn(user, first, queue, work);
  // Not after another `await`: what came in between would wait in a queue that nobody looks at any more.
  queues.delete(user);
}

/**
 * Serializes the work of each user inside this process; different users do not wait for each other. `now`: UTC
 * epoch ms.
 */
export function createUserQueues(work: UserWorker, now: () => number): UserQueues {
  const queues = new Map<string, UserQueue>();
  return {
    submit(user, request) {
      return new Promise((resolve, reject) => {
        const opened = queues.get(user);
        const queue = opened ?? new UserQueue();
        const within = AsyncLocalStorage.snapshot();
        queue.add({ ...request, queuedAt: now(), within, resolve, reject });
        if (opened) return;
        queues.set(user, queue);
        drain(user, queues, queue, work).catch(reject);
      });
    },
    get size() {
      return queues.size;
    },
  };
}
