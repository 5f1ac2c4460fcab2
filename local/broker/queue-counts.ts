/** Messages in each state now, and three totals since the queue was created. */
export interface QueueCounts {
  readonly active: number;
  readonly locked: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLetter: number;
  readonly completed: number;
  readonly deadLettered: number;
  readonly enqueued: number;
}
