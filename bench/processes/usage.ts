import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process has used so far, and what it holds after a full collection. */
export interface Usage {
  /** Milliseconds of processor time. */
  processor(): Promise<number>;
  /** Bytes. It makes the process slow for a while: not between rounds that measure time. */
  heap(): Promise<number>;
}

export type Question = keyof Usage;

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // One collection alone leaves what finalizers hold.
  for (let run = 0; run < 2; run += 1) collect();
  return process.memoryUsage().heapUsed;
}

/** That of this process. */
export const ownUsage: Usage = {
  processor: () => Promise.resolve(processorTime()),
  heap: () => Promise.resolve(heapAfterCollection()),
};
