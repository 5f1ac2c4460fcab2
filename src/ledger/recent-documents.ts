import type { LoadedDocument } from './ledger.ts';

/** A document as it was known at a time, UTC epoch ms. */
export interface RecentDocument extends LoadedDocument {
  readonly at: number;
}

/** A document that is older than this is read anew before COR is told anything by it. */
export const MAX_DOCUMENT_AGE_MS = 1_000;

/** Rows of all documents that are kept: so many take about 20 MB. */
const MAX_ROWS = 20_000;

interface Kept extends RecentDocument {
  readonly rows: number;
}

/**
 * The documents of busy users as this process saved them last, for a second each: while messages of one user
 * come one after another its document need not be read, only written. That is as safe as a read which took
 * that long: who saved in between is found out by the ETag.
 */
export class RecentDocuments {
  private readonly now: () => number;
  /** The oldest first. */
  private readonly kept = new Map<string, Kept>();
  private rows = 0;

  /** `now`: UTC epoch ms. */
  constructor(now: () => number) {
    this.now = now;
  }

  get(user: string): RecentDocument | undefined {
    const found = this.kept.get(user);
    return found && this.isRecent(found) ? found : undefined;
  }

  /** `recent.at`: when the save began, because another one may have come right after it. */
  keep(recent: RecentDocument): void {
    const { user, assignments } = recent.document;
    this.forget(user);
    const rows = Object.keys(assignments).length;
    this.kept.set(user, { ...recent, rows });
    this.rows += rows;
    this.drop();
  }

  /** Something else may be stored now. */
  forget(user: string): void {
    this.rows -= this.kept.get(user)?.rows ?? 0;
    this.kept.delete(user);
  }

  private drop(): void {
    for (const [user, kept] of this.kept) {
      if (this.rows <= MAX_ROWS && this.isRecent(kept)) return;
      this.forget(user);
    }
  }

  private isRecent({ at }: RecentDocument): boolean {
    const age = this.now() - at;
    // A clock that was set back says nothing about age.
    return age >= 0 && age <= MAX_DOCUMENT_AGE_MS;
  }
}
