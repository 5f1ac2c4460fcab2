import { DataverseError, type DataverseFailure } from './dataverse-error.ts';
import type { DataverseReader } from './reader.ts';

export interface ReaderBreakerOptions {
  /** UTC epoch milliseconds. */
  readonly now: () => number;
  readonly onOpen?: (failure: DataverseFailure, waitMs: number) => void;
  /** `durationMs`: from the opening on. */
  readonly onClose?: (durationMs: number) => void;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** One lost answer is an accident, several in a row with no success between them are an outage. */
const MAX_FAILURES_IN_A_ROW = 3;

/**
 * Keeps messages from asking a Dataverse that is away or lets nobody in: then only one read at a time goes
 * out, at growing distances. The breaker of COR knows other failures and other users; here everybody is one
 * user.
 */
export class ReaderBreaker {
  private readonly options: ReaderBreakerOptions;
  private failures = 0;
  private delayMs = FIRST_DELAY_MS;
  private openedBy: DataverseFailure | undefined;
  private openedAt = 0;
  private until = 0;
  private probing = false;

  constructor(options: ReaderBreakerOptions) {
    this.options = options;
  }

  /** What it is open for, if it is. */
  get failure(): DataverseFailure | undefined {
    return this.openedBy;
  }

  /** Rejects with a failure of class `paused` where no read is made now. */
  async run<Result>(read: () => Promise<Result>): Promise<Result> {
    const { openedBy } = this;
    if (openedBy) this.takeProbe(openedBy);
    try {
      const result = await read();
      this.succeeded();
      return result;
    } catch (error) {
      if (error instanceof DataverseError) this.failed(error.failure);
      throw error;
    } finally {
      if (openedBy) this.probing = false;
    }
  }

  private takeProbe(openedBy: DataverseFailure): void {
    const waitMs = this.until - this.options.now();
    if (!this.probing && waitMs <= 0) {
      this.probing = true;
      return;
    }
    throw new DataverseError({
      class: 'paused',
      code: 'PAUSED',
      description: `No read was made: ${openedBy.description}`,
      retryAfterMs: Math.max(waitMs, this.delayMs),
    });
  }

  private succeeded(): void {
    this.failures = 0;
    this.delayMs = FIRST_DELAY_MS;
    if (!this.openedBy) return;
    this.openedBy = undefined;
    this.options.onClose?.(this.options.now() - this.openedAt);
  }

  private failed(failure: DataverseFailure): void {
    // A refusal of this one read: Dataverse is there.
    const concernsAll = failure.class === 'transient' || failure.class === 'auth';
    if (!concernsAll || failure.code === PRIVILEGE_ON_ROW) {
      this.succeeded();
      return;
    }
    this.failures += 1;
    if (this.openedBy) this.delayMs = Math.min(this.delayMs * 2, MAX_DELAY_MS);
    else if (failure.class === 'transient' && this.failures < MAX_FAILURES_IN_A_ROW) return;
    const waitMs = Math.max(this.delayMs, failure.retryAfterMs ?? 0);
    this.until = this.options.now() + waitMs;
    if (!this.openedBy) {
      this.openedAt = this.options.now();
      this.options.onOpen?.(failure, waitMs);
    }
    this.openedBy = failure;
  }
}

/** The row is there and this user may not read it: other rows may be readable. */
const PRIVILEGE_ON_ROW = '0x80048306';

/** The same reader behind a breaker; a list of many pages is not: it has patience of its own. */
export function behindBreaker(reader: DataverseReader, breaker: ReaderBreaker): DataverseReader {
  return {
    whoAmI: () => breaker.run(() => reader.whoAmI()),
    metadata: (table) => breaker.run(() => reader.metadata(table)),
    row: (table, id, query) => breaker.run(() => reader.row(table, id, query)),
    rows: (table, query, pageSize) => reader.rows(table, query, pageSize),
    close: () => reader.close(),
  };
}
