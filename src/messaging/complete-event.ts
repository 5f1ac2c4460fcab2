import type { DeadLetter } from '../dead-letter-reason.ts';
import {
  type Incomplete,
  isResolved,
  type Settled,
  type Skip,
  type Translation,
} from '../dynamics/translation.ts';
import { goneRow } from './gone-row.ts';
import { type Identified, identify, type Open } from './identify.ts';
import type { MessageOptions, MessageState } from './message.ts';
import { withoutUnsavable } from './unsavable-changes.ts';

/** The row is gone, and nothing but a comparison with all documents can say whose it was. */
export interface OwnerUnknown {
  readonly outcome: 'ownerUnknown';
}

/** What an event says; `open`: it would say more, and its row cannot be read now. */
interface Read {
  readonly outcome: 'read';
  readonly settled: Settled;
  readonly open?: Open;
  /** It rests on a row that is not there. */
  readonly isGone?: true;
}

/** A dead letter is replayed after its row was mended: a read from before that would not show it. */
function queuedAt({ envelope, history }: MessageState): number | undefined {
  return history.replayed ? envelope.enqueuedTime : history.firstEnqueuedAt;
}

/** What an event means whose row has to be read, where that is possible. */
async function hydrate(
  event: Incomplete,
  state: MessageState,
  { lookUps }: MessageOptions,
  anew = false,
): Promise<Read | OwnerUnknown> {
  const { otherwise, why } = event;
  if (!lookUps) return { outcome: 'read', settled: otherwise };
  state.incomplete = why;
  const hydration = await (await lookUps.get()).hydrate(event, {
    enqueuedAt: anew ? undefined : queuedAt(state),
    organizationId: state.context?.organizationId,
  });
  switch (hydration.kind) {
    case 'ownerUnknown':
      return { outcome: 'ownerUnknown' };
    case 'settled':
      return { outcome: 'read', settled: hydration.settled };
    case 'gone':
      return { outcome: 'read', settled: hydration.settled, isGone: true };
    case 'otherOrganization':
      return { outcome: 'read', settled: otherwise };
    case 'failed': {
      const open: Open = { outcome: 'unavailable', failure: hydration.failure };
      return { outcome: 'read', settled: otherwise, open };
    }
  }
}

async function identified(
  settled: Settled,
  { lookUps, mapping }: MessageOptions,
): Promise<Identified | Skip | DeadLetter> {
  if (isResolved(settled)) return withoutUnsavable(settled);
  // Settings refuse a mapping that would need this.
  if (!lookUps) throw new Error('The ids of related rows cannot be looked up.');
  return withoutUnsavable(await identify(settled, mapping.table, await lookUps.get()));
}

function withOpen(found: Identified | Skip | DeadLetter, { open }: Read): Identified | Skip | DeadLetter {
  if (!open) return found;
  // What can be told without the row is applied now.
  return { outcome: 'apply', changes: found.outcome === 'apply' ? found.changes : [], rest: open };
}

/**
 * The row was not there when it was read: what its users' documents say of it is looked at, and it is read
 * once more.
 */
async function afterGone(
  found: Identified,
  event: Incomplete,
  state: MessageState,
  options: MessageOptions,
): Promise<Identified | Skip | DeadLetter | OwnerUnknown> {
  let again: Read | OwnerUnknown | undefined;
  const isStillGone = async () => {
    again = await hydrate(event, state, options, true);
    return again.outcome === 'read' && again.isGone === true;
  };
  const gone = await goneRow(found, isStillGone, options);
  if (gone || !again || again.outcome === 'ownerUnknown') return gone ?? { outcome: 'ownerUnknown' };
  return withOpen(await identified(again.settled, options), again);
}

/**
 * From what an event says to changes that can be applied: reads the row where the event does not suffice,
 * looks up ids that stand in related rows. Neither is done for an event that does not need it.
 */
export async function completeEvent(
  translation: Translation,
  state: MessageState,
  options: MessageOptions,
): Promise<Identified | Skip | DeadLetter | OwnerUnknown> {
  if (translation.outcome !== 'incomplete') return identified(translation, options);
  const read = await hydrate(translation, state, options);
  if (read.outcome === 'ownerUnknown') return read;
  const found = await identified(read.settled, options);
  if (read.isGone && found.outcome === 'apply') return afterGone(found, translation, state, options);
  return withOpen(found, read);
}
