import { USERS_FOLDER } from './stored-ledger.ts';
import type { TextStore } from './text-store.ts';

/** A document as it was read; whoever reads it checks what `value` is. */
interface NamedDocument {
  readonly value: unknown;
  readonly etag: string;
}

/**
 * Small JSON documents that belong to no user and stand beside them in the ledger's container: the pinned
 * organization, reports, leases. Every call rejects when the store cannot be reached.
 */
export interface NamedDocuments {
  /** `undefined`: there is none. Rejects when it is not JSON. */
  read(name: string): Promise<NamedDocument | undefined>;
  /**
   * Writes only if the document still has `etag` (undefined: there is still none). A conflict is a value, not
   * an error.
   */
  write(name: string, value: unknown, etag: string | undefined): Promise<'saved' | 'conflict'>;
  remove(name: string): Promise<void>;
  /** Names that begin with `prefix`, in no particular order. */
  names(prefix: string): AsyncIterable<string>;
}

function checked(name: string): string {
  if (name === '' || name.startsWith(USERS_FOLDER))
    throw new RangeError(`"${name}" is no name of such a document`);
  return name;
}

/**
 * A document that holds something else than it should. The message says what to do, and repeats nothing of
 * it.
 */
export class DamagedDocumentError extends Error {
  override readonly name = 'DamagedDocumentError';

  constructor(name: string, what: string, options?: ErrorOptions) {
    super(`The document ${name} in the ledger's container ${what}`, options);
  }
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamagedDocumentError(name, 'is not JSON. Delete it: it is made anew.', { cause });
  }
}

export function createNamedDocuments(store: TextStore): NamedDocuments {
  return {
    async read(name) {
      const found = await store.read(checked(name));
      return found && { value: parse(name, found.text), etag: found.etag };
    },
    async write(name, value, etag) {
      const { kind } = await store.write(checked(name), JSON.stringify(value), etag);
      return kind;
    },
    remove: (name) => store.remove(checked(name)),
    async *names(prefix) {
      for await (const { name } of store.list(prefix)) if (!name.startsWith(USERS_FOLDER)) yield name;
    },
  };
}
