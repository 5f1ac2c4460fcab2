import { DEAD_LETTER_REASONS } from '../../src/dead-letter-reason.ts';
import type { DeadLetterEntry, DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { Filter } from '../../src/dead-letters/filter.ts';
import { type Selection, selectDeadLetters } from '../../src/dead-letters/selection.ts';
import type { Session } from '../frame/session.ts';
import { UsageError } from '../frame/usage-error.ts';

/** Reasons that Service Bus gives itself. */
const OF_SERVICE_BUS = ['MaxDeliveryCountExceeded', 'TTLExpiredException', 'HeaderSizeExceeded'];

/** A reason that nobody gives is a slip, except where somebody dead-lettered a message by hand. */
function requireKnownReason({ reason }: Filter, { list }: Selection): void {
  const known: readonly string[] = [...DEAD_LETTER_REASONS, ...OF_SERVICE_BUS];
  if (reason === undefined || known.includes(reason) || list.total > 0) return;
  throw new UsageError(`--reason: no dead letter has this one. The reasons are ${known.join(', ')}.`);
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
