/** A stored text as it was read. */
export interface StoredText {
  readonly text: string;
  readonly etag: string;
}

/** A text in a listing. Names of metadata are lower case. */
export interface ListedText {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How a guarded write ended. `etag`: that of what is stored now. */
export type WriteResult = { readonly kind: 'saved'; readonly etag: string } | { readonly kind: 'conflict' };

/**
 * Texts by name, guarded by ETags: what Blob Storage does for the ledger. Every call rejects when the store
 * cannot be reached.
 */
export interface TextStore {
  /** `undefined`: there is none. */
  read(name: string): Promise<StoredText | undefined>;
  /**
   * Writes only if the text still has `etag` (undefined: there is still none). A conflict is a value, not an
   * error.
   */
  write(
    name: string,
    text: string,
    etag: string | undefined,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<WriteResult>;
  remove(name: string): Promise<void>;
  /** In no particular order. */
  list(prefix: string): AsyncIterable<ListedText>;
  /** Rejects also when the store does not let us in. */
  check(): Promise<void>;
}
