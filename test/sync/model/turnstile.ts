import type { Random } from '../../../local/histories/random.ts';

interface Held {
  readonly owner: number;
  readonly go: () => void;
}

/**
 * Every step that a worker takes in the world waits here, and one at a time is let through, at random: so any
 * interleaving of workers can happen. The steps of a worker that crashed are never let through.
 */
export class Turnstile {
  private held: Held[] = [];
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  pass(owner: number): Promise<void> {
    return new Promise((go) => this.held.push({ owner, go }));
  }

  drop(owner: number): void {
    this.held = this.held.filter((one) => one.owner !== owner);
  }

  get waiting(): number {
    return this.held.length;
  }

  letOneThrough(): boolean {
    const [one] = this.held.splice(this.random.below(this.held.length), 1);
    one?.go();
    return one !== undefined;
  }
}

/**
 * Runs what can run without a step through the turnstile: promise jobs, and what was put off to the next turn
 * of the event loop.
 */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
