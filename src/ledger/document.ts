import { z } from 'zod';
import type { Allocation } from '../dynamics/assignment-change.ts';

/**
 * When a change happened, as far as it is known. `number` and `modifiedOn` are the row's own (`versionnumber`; UTC epoch ms in whole
 * seconds); `sequence` is the sequence number under which the message first entered the queue.
 */
export interface EntryVersion {
  readonly number?: number | undefined;
  readonly modifiedOn?: number | undefined;
  readonly sequence: number;
}

/**
 * What the ledger knows of one Dynamics row, for one user.
 * `removed` and `deleted` are kept so that an older event that comes late cannot bring the assignment back.
 */
export type LedgerEntry =
  | {
      readonly state: 'assigned';
      readonly workspace: string;
      readonly workspaceName?: string | undefined;
      readonly allocation: Allocation;
      readonly version: EntryVersion;
    }
  | { readonly state: 'removed' | 'deleted'; readonly version: EntryVersion };

/** All that COR has accepted for one user: entries by row id. Nothing that COR refused is ever in it. */
export interface LedgerDocument {
  readonly schema: 1;
  readonly user: string;
  readonly assignments: Readonly<Record<string, LedgerEntry>>;
  /**
   * Workspaces that the user once had and has no longer. A try that crashed may have attached any of them again; the next message that
   * re-asserts takes them away if COR shows them.
   */
  readonly released: readonly string[];
}

const version = z.object({
  number: z.number().optional(),
  modifiedOn: z.number().optional(),
  sequence: z.number(),
});

const allocation = z.union([
  z.object({ percentage: z.number(), start: z.iso.date().optional(), finish: z.iso.date().optional() }),
  z.object({ hours: z.number(), start: z.iso.date(), finish: z.iso.date() }),
]);

const entry = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('assigned'),
    workspace: z.string().min(1),
    workspaceName: z.string().optional(),
    allocation,
    version,
  }),
  z.object({ state: z.literal('removed'), version }),
  z.object({ state: z.literal('deleted'), version }),
]);

const document = z.object({
  schema: z.literal(1),
  user: z.string().min(1),
  assignments: z.record(z.string(), entry),
  released: z.array(z.string()),
});

const MEND_IT =
  'Restore an earlier version of the blob, or delete it and have Dynamics post the assignments of this user anew (touch the rows)';

/** A stored document that cannot be used. Only the user it belongs to is stopped by it. */
export class LedgerUnreadableError extends Error {
  override readonly name = 'LedgerUnreadableError';
  /**
   * What is wrong and what to do, without the name of the document: that holds the user's external id, which may be an e-mail
   * address. A command that is run by hand may say the message.
   */
  readonly problem: string;

  constructor(where: string, problem: string) {
    super(`The ledger document ${where} ${problem}. ${MEND_IT}.`);
    this.problem = `${problem}. "npm run ledger -- list" names it. ${MEND_IT}.`;
  }
}

export function emptyDocument(user: string): LedgerDocument {
  return { schema: 1, user, assignments: {}, released: [] };
}

/**
 * Reads a stored document of `user`. Throws `LedgerUnreadableError` that names `where` (the blob) and, as a JSON pointer, what is
 * wrong with it; the content itself is not repeated.
 */
export function parseDocument(json: string, user: string, where: string): LedgerDocument {
  const unreadable = (problem: string) => new LedgerUnreadableError(where, problem);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw unreadable('is not JSON');
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema === 'number' && schema > 1) {
    throw unreadable(`has schema ${schema}, this version of the connector reads schema 1`);
  }
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unreadable(
      `is damaged at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'unexpected content'}`,
    );
  }
  if (parsed.data.user !== user) throw unreadable('belongs to another user (/user)');
  return parsed.data;
}
