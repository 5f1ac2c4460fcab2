import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Identified, Open } from './identify.ts';
import type { MessageOptions } from './message.ts';

/** The removals of a row that is not there, each with the version that its user's document has of it now. */
async function withSeen(
  changes: readonly AssignmentChange[],
  ledger: MessageOptions['ledger'],
): Promise<AssignmentChange[]> {
  return Promise.all(
    changes.map(async (change) => {
      const { document } = await ledger.load(change.user);
      return {
        ...change,
        basis: { kind: 'gone', seen: document.assignments[change.record]?.version } as const,
      };
    }),
  );
}

/**
 * A 404 has no version, so what it takes away has to be looked at first: the row may live again, and be
 * recorded, between the read and
 * the removal. `found` are the removals after one 404; the documents are looked at, then `isStillGone` reads
 * once more. `undefined`: the
 * row is there again.
 */
export async function goneRow(
  found: Identified,
  isStillGone: () => Promise<boolean>,
  { ledger, log }: Pick<MessageOptions, 'ledger' | 'log'>,
): Promise<Identified | undefined> {
  let changes: readonly AssignmentChange[];
  try {
    changes = await withSeen(found.changes, ledger);
  } catch (error) {
    const rest: Open = { outcome: 'unavailable', failure: storageFailure(error, log) };
    return { outcome: 'apply', changes: [], rest };
  }
  return (await isStillGone()) ? { ...found, changes } : undefined;
}
