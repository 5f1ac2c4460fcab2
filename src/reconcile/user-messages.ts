import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { MAX_CHANGES, type UserMessage } from '../messaging/user-message.ts';
import type { Comparison } from './compare-all.ts';

/** How the messages of a run are made. */
export interface MessagesOf {
  readonly run: string;
  /** UTC epoch ms: the time of `forget` messages. */
  readonly startedAt: number;
  readonly organization: string | undefined;
  /** Every user's whole state is told to COR again. */
  readonly verify: boolean;
  readonly dynamicsWins: boolean;
}

function changesByUser({ go }: Pick<Comparison, 'go'>): Map<string, AssignmentChange[]> {
  const byUser = new Map<string, AssignmentChange[]>();
  for (const { user, change, situation } of go) {
    if (!change && situation !== 'notTold') continue;
    const own = byUser.get(user) ?? [];
    byUser.set(user, own);
    if (change) own.push(change);
  }
  return byUser;
}

/** At most `MAX_CHANGES` in each; one that is empty where there are none. */
function portions(changes: readonly AssignmentChange[]): (readonly AssignmentChange[])[] {
  if (changes.length === 0) return [[]];
  const count = Math.ceil(changes.length / MAX_CHANGES);
  return Array.from({ length: count }, (_, index) =>
    changes.slice(index * MAX_CHANGES, (index + 1) * MAX_CHANGES),
  );
}

/** The messages that mend what was found, made one by one: a first load has thousands. */
export function* userMessages(
  comparison: Pick<Comparison, 'go' | 'users'>,
  { run, startedAt, organization, verify, dynamicsWins }: MessagesOf,
): Generator<UserMessage> {
  const byUser = changesByUser(comparison);
  const others = comparison.users.filter(({ hasDocument }) => hasDocument && (verify || dynamicsWins));
  for (const { user } of others) if (!byUser.has(user)) byUser.set(user, []);
  const knows = new Set(others.map(({ user }) => user));
  for (const [user, changes] of byUser) {
    // Each portion may be handled first, so each forgets; once it is done, the same time forgets nothing
    // more.
    const forgets = dynamicsWins && knows.has(user);
    for (const portion of portions(changes))
      yield {
        schema: 1,
        why: forgets ? 'forget' : 'reconcile',
        user,
        changes: portion,
        reassert: verify || portion.length === 0,
        ...(organization !== undefined && { organization }),
        run: forgets ? new Date(startedAt).toISOString() : run,
      };
  }
}
