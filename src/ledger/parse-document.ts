import type { z } from 'zod';
import { parseAs } from '../parse-as.ts';
import { type LedgerDocument, type LedgerEntry, SCHEMA } from './document.ts';
import { documentSchema, firstSchema, problemOf } from './document-schema.ts';

const MEND_IT =
  'Restore an earlier version of the blob, or delete it and have Dynamics post the assignments of this user anew (touch the rows)';

/** A stored document that cannot be used. Only the user it belongs to is stopped by it. */
export class LedgerUnreadableError extends Error {
  override readonly name = 'LedgerUnreadableError';
  /**
   * What is wrong and what to do, without the name of the document: that holds the user's external id, which
   * may be an e-mail address. A command that is run by hand may say the message.
   */
  readonly problem: string;

  constructor(where: string, problem: string) {
    super(`The ledger document ${where} ${problem}. ${MEND_IT}.`);
    this.problem = `${problem}. "./connector ledger list" names it. ${MEND_IT}.`;
  }
}

/**
 * Tombstones and released workspaces of the first schema have no day: they count from the day on which they
 * are read.
 */
function upgrade(first: z.output<typeof firstSchema>, today: string): LedgerDocument {
  const entries = Object.entries(first.assignments).map(([record, entry]): [string, LedgerEntry] => [
    record,
    entry.state === 'assigned' ? entry : { ...entry, day: today },
  ]);
  return {
    schema: SCHEMA,
    user: first.user,
    assignments: Object.fromEntries(entries),
    released: Object.fromEntries(first.released.map((workspace) => [workspace, today])),
  };
}

/** What the text holds; `undefined` where it is no JSON. */
export function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * Reads a stored document of `user`, upgraded where it is of an older schema; `today` is `YYYY-MM-DD`. Throws
 * `LedgerUnreadableError` that names `where` (the blob) and, as a JSON pointer, what is wrong with it; the
 * content itself is not repeated.
 */
export function parseDocument(json: string, user: string, where: string, today: string): LedgerDocument {
  return checkDocument(readJson(json), user, where, today);
}

/** The second half of it, from the value that the text holds: `undefined` where it is no JSON. */
export function checkDocument(value: unknown, user: string, where: string, today: string): LedgerDocument {
  const unreadable = (problem: string) => new LedgerUnreadableError(where, problem);
  if (value === undefined) throw unreadable('is not JSON');
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema === 'number' && schema > SCHEMA) {
    throw unreadable(`has schema ${schema}, this version of the connector reads schema ${SCHEMA}`);
  }
  const parsed = schema === 1 ? parseAs(firstSchema, value) : parseAs(documentSchema, value);
  if (!parsed.success) throw unreadable(`is damaged at ${problemOf(parsed.error)}`);
  if (parsed.data.user !== user) throw unreadable('belongs to another user (/user)');
  return parsed.data.schema === 1 ? upgrade(parsed.data, today) : parsed.data;
}
