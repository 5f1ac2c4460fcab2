import type { Entity } from '../dynamics/entity.ts';

/** Reads one row; `undefined`: there is none. */
export type ReadOne = (record: string) => Promise<Entity | undefined>;

interface Read {
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly row: Promise<Entity | undefined>;
}

/** Clocks of Service Bus and of this machine differ by less. */
const MAX_CLOCK_SKEW_MS = 5_000;
const MAX_KEPT = 1_000;

/**
 * Reads of rows that events share: a read may serve every event that was in the queue before it began, for it
 * shows what that event told, or something newer. A burst of events of one row costs one read.
 */
export class RowReads {
  private readonly readOne: ReadOne;
  private readonly now: () => number;
  /** By row id; the oldest first. */
  private readonly reads = new Map<string, Read>();

  constructor(readOne: ReadOne, now: () => number) {
    this.readOne = readOne;
    this.now = now;
  }

  /**
   * The row as it was at `enqueuedAt` (UTC epoch ms) or later. Rejects when it cannot be read; that is not
   * remembered.
   */
  read(record: string, enqueuedAt: number | undefined): Promise<Entity | undefined> {
    const known = this.reads.get(record);
    if (known && enqueuedAt !== undefined && enqueuedAt + MAX_CLOCK_SKEW_MS < known.startedAt)
      return known.row;
    return this.start(record);
  }

  private start(record: string): Promise<Entity | undefined> {
    const read: Read = { startedAt: this.now(), row: this.readOne(record) };
    this.reads.delete(record);
    this.reads.set(record, read);
    const [oldest] = this.reads.keys();
    if (this.reads.size > MAX_KEPT && oldest !== undefined) this.reads.delete(oldest);
    return read.row.catch((error: unknown) => {
      if (this.reads.get(record) === read) this.reads.delete(record);
      throw error;
    });
  }
}
