/** A message that left its queue for good. `reason` only for dead letters. */
export interface Departure {
  readonly messageId: string;
  readonly sequenceNumber: number;
  readonly outcome: 'completed' | 'deadLettered' | 'expired' | 'cancelled';
  readonly reason?: string;
}

export interface QueueListener {
  /** There are active messages that a waiting receiver can take. */
  available?(): void;
  departed?(departure: Departure): void;
  /** A change left no message active or locked; some may be scheduled. */
  resting?(): void;
}

export class QueueListeners {
  readonly #listeners = new Set<QueueListener>();

  add(listener: QueueListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  available(): void {
    for (const listener of this.#listeners) listener.available?.();
  }

  departed(departure: Departure): void {
    for (const listener of this.#listeners) listener.departed?.(departure);
  }

  resting(): void {
    for (const listener of this.#listeners) listener.resting?.();
  }
}
