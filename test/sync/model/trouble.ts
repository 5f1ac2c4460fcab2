import type { Random } from '../../../local/histories/random.ts';

export interface Trouble {
  readonly workers: number;
  /** Time that passes with each step. */
  readonly stepMs: number;
  /** Messages that a worker may have in hand at once. */
  readonly inHand: number;
  /** How many faults there are in all, so that every history comes to an end. */
  readonly crashes: number;
  readonly corFailures: number;
  /** Calls that are carried out after the client has given up. */
  readonly lateCalls: number;
  readonly storageFailures: number;
  /** Locks that end while the worker goes on: the message is delivered again beside it. */
  readonly lostLocks: number;
  /** Dead letters that are replayed at random moments; each message once. */
  readonly replays: number;
  /** `false`: what fails in a way that passes is dead-lettered at once, `RetriesExhausted`. */
  readonly retries: boolean;
}

export type Fault = 'crashes' | 'corFailures' | 'lateCalls' | 'storageFailures' | 'lostLocks' | 'replays';

/** The faults that are still to come. */
export class Faults {
  private readonly left: Record<Fault, number>;
  private readonly random: Random;

  constructor(trouble: Trouble, random: Random) {
    const { crashes, corFailures, lateCalls, storageFailures, lostLocks, replays } = trouble;
    this.left = { crashes, corFailures, lateCalls, storageFailures, lostLocks, replays };
    this.random = random;
  }

  /** Does one happen now? Then there is one less. */
  strikes(fault: Fault, probability: number): boolean {
    if (this.left[fault] <= 0 || !this.random.chance(probability)) return false;
    this.left[fault] -= 1;
    return true;
  }

  /** From now on nothing fails. */
  end(): void {
    for (const fault of Object.keys(this.left) as Fault[]) this.left[fault] = 0;
  }
}
