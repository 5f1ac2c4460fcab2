import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { EntryVersion, LedgerEntry } from './document.ts';
import { entrySchema, problemOf } from './document-schema.ts';

/** The entry that a change makes of its row. `day` is today, `YYYY-MM-DD`. */
export function changedEntry(change: AssignmentChange, version: EntryVersion, day: string): LedgerEntry {
  if (change.basis?.kind === 'gone') return { state: 'deleted', version, day, gone: true };
  if (change.kind === 'remove')
    return { state: change.why === 'deleted' ? 'deleted' : 'removed', version, day };
  const { workspace, workspaceName, allocation, source } = change;
  return {
    state: 'assigned',
    workspace,
    ...(workspaceName !== undefined && { workspaceName }),
    allocation,
    version,
    ...(source !== undefined && { source }),
  };
}

/** `users/` and `.json` leave so many of the 1,024 characters that a blob's name may have. */
const MAX_USER_LENGTH = 1_013;

function unusableUser(user: string): string | undefined {
  if (user === '') return '/user: is empty';
  if (!user.isWellFormed()) return '/user: holds half a surrogate pair';
  if (encodeURIComponent(user).length > MAX_USER_LENGTH)
    return `/user: has more than ${MAX_USER_LENGTH} characters when it is percent-encoded`;
  return undefined;
}

/**
 * Why a document with this change could not be read again once it is saved: a JSON pointer and a sentence
 * without the content. `undefined`: it can. Such a change is to be refused before anything is told, or its
 * user would be stopped for ever.
 */
export function unsavable(change: AssignmentChange): string | undefined {
  const user = unusableUser(change.user);
  if (user !== undefined) return user;
  const entry = changedEntry(change, { ...change.version, sequence: 0 }, '1970-01-01');
  // As it will be read: what JSON cannot hold (NaN, an infinity) comes back as something else.
  const parsed = entrySchema.safeParse(JSON.parse(JSON.stringify(entry)));
  return parsed.success ? undefined : problemOf(parsed.error);
}
