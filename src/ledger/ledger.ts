import type { LedgerDocument } from './document.ts';
import type { WriteResult } from './text-store.ts';

/** A document as it was read. `etag` is undefined when none is stored yet. */
export interface LoadedDocument {
  readonly document: LedgerDocument;
  readonly etag: string | undefined;
}

/**
 * Keeps one document per COR user. `load` and `save` reject when the store cannot be reached; `load` rejects
 * with `LedgerUnreadableError` for a damaged document.
 */
export interface Ledger {
  load(user: string): Promise<LoadedDocument>;
  /**
   * Saves only if the stored document still has `etag` (undefined: there is still none). A conflict is a
   * value, not an error. `rule` is the hash of the percentage rule by which `told` and `nextChange` were
   * computed: a user whose document was saved without it is due.
   */
  save(document: LedgerDocument, etag: string | undefined, rule?: string): Promise<WriteResult>;
  /** Every user with a document, in no particular order. */
  users(): AsyncIterable<string>;
  /**
   * Users whose percentages may have to change on `day`: their `nextChange` has come, is not known, or is
   * that of another rule.
   */
  due(day: string, rule: string): AsyncIterable<string>;
  /** Rejects when the store cannot be reached or does not let us in. */
  check(): Promise<void>;
}
