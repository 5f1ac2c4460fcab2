import type { Clock, Timer } from './clock.ts';

/**
 * One timer for everything of a queue that falls due: a timer per message would cost more than the message.
 * `callback` does what is due and returns when it wants to be called next (Infinity: never).
 */
export class DueTimer {
  readonly #clock: Clock;
  readonly #callback: () => number;
  #timer: Timer | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, callback: () => number) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** Makes sure that the callback runs at `time` or before. */
  atLatest(time: number): void {
    if (time >= this.#at) return;
    this.#timer?.cancel();
    this.#at = time;
    this.#timer = this.#clock.after(Math.max(0, time - this.#clock.now()), () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.atLatest(this.#callback());
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#at = Number.NEGATIVE_INFINITY;
  }
}
