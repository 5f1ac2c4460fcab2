import { AsyncLocalStorage } from 'node:async_hooks';
import type { SyncItem, SyncResult } from './sync-item.ts';

/** An item that waits for its turn, and the promise of its message. */
export interface Waiting {
  readonly item: SyncItem;
  /** Runs work as a part of the message's own invocation: a line logged there then belongs to it. */
  readonly within: <T>(work: () => T) => T;
  resolve(result: SyncResult): void;
  reject(error: unknown): void;
}

/**
 * Works on a group of items of one user and resolves each. `gather` takes what has come in for the same user meanwhile into
 * the group: the later it is called, the more messages share a COR call.
 */
export type GroupWorker = (
  user: string,
  group: readonly Waiting[],
  gather: () => readonly Waiting[],
) => Promise<void>;

export interface UserLanes {
  submit(user: string, item: SyncItem): Promise<SyncResult>;
  /** Users with work waiting or under way. */
  readonly size: number;
}

/** Serializes the work of each user inside this process; different users do not wait for each other. */
export function createUserLanes(work: GroupWorker): UserLanes {
  const lanes = new Map<string, Waiting[]>();

  async function runLane(user: string, lane: Waiting[]): Promise<void> {
    // Messages that the host hands over in the same turn of the event loop belong together.
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.length > 0) {
      const group = lane.splice(0);
      try {
        const gather = () => {
          const more = lane.splice(0);
          group.push(...more);
          return more;
        };
        await group[0]?.within(() => work(user, group, gather));
      } catch (error) {
        // Settled promises ignore this: only items that the worker left open are rejected.
        for (const waiting of group) waiting.reject(error);
      }
    }
    lanes.delete(user);
  }

  return {
    submit(user, item) {
      return new Promise((resolve, reject) => {
        const waiting: Waiting = { item, within: AsyncLocalStorage.snapshot(), resolve, reject };
        const lane = lanes.get(user);
        if (lane) {
          lane.push(waiting);
          return;
        }
        const opened = [waiting];
        lanes.set(user, opened);
        void runLane(user, opened);
      });
    },
    get size() {
      return lanes.size;
    },
  };
}
