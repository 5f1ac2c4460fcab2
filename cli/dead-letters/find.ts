import type { DeadLetterEntry, DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { Filter } from '../../src/dead-letters/filter.ts';
import { type Selection, selectDeadLetters } from '../../src/dead-letters/selection.ts';
import type { Session } from '../frame/session.ts';
import { UsageError } from '../frame/usage-error.ts';
import { REASONS } from './options.ts';

/** A reason that nobody gives is a slip, except where somebody dead-lettered a message by hand. */
function requireKnownReason({ reason }: Filter, { list }: Selection): void {
  if (reason === undefined || REASONS.includes(reason) || list.total > 0) return;
  throw new UsageError(`--reason: no dead letter has this one. The reasons are ${REASONS.join(', ')}.`);
}

/** Finds the dead letters that are meant, and says how far it is. `onEntry` sees each of them. */
export async function findDeadLetters(
  letters: DeadLetters,
  filter: Filter,
  session: Session,
  onEntry: (entry: DeadLetterEntry) => void,
): Promise<Selection> {
  const progress = session.progress('Looked at');
  try {
    const selection = await selectDeadLetters(letters, filter, {
      onEntry,
      onLooked: (count) => progress.update(count),
    });
    requireKnownReason(filter, selection);
    return selection;
  } finally {
    progress.end();
  }
}
