import { deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { Incomplete } from '../dynamics/translation.ts';

/** What a row that was dropped from the ledger says can be told by the row alone. */
export const TOO_OLD = deadLetter(
  'TooOld',
  "The ledger of this user has dropped rows of this event's age, so it cannot tell whether what the event says still holds. Look at the row " +
    'in Dynamics: where the assignment is still there change the row once more, which posts it anew; then discard.',
);

/**
 * Puts of which the ledger cannot tell whether they are old, each as an event that does not suffice. `table`
 * is that of the rows.
 */
export function doubtfulPuts(changes: readonly AssignmentChange[], table: string): Incomplete[] {
  return changes.flatMap(({ kind, record, user, basis }): Incomplete[] => {
    if (kind === 'remove' || basis?.kind === 'read') return [];
    return [{ outcome: 'incomplete', table, record, why: 'doubtful', users: [user], otherwise: TOO_OLD }];
  });
}
