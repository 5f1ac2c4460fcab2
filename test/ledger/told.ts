import type { AssignmentChange, ChangeBasis, RowVersion } from '../../src/dynamics/assignment-change.ts';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { merge } from '../../src/ledger/merge.ts';
import { type SequencedChange, type Verdict, verdictOf } from '../../src/ledger/verdict.ts';

const DAY = '2026-03-04';

export const MINUTE = 60_000;

export const READ: ChangeBasis = { kind: 'read' };

export const put = (
  version: RowVersion,
  more: { workspace?: string; basis?: ChangeBasis } = {},
): AssignmentChange => ({
  kind: 'put',
  user: 'u',
  record: 'r',
  workspace: 'w',
  allocation: { percentage: 10 },
  version,
  ...more,
});

export const remove = (
  version: RowVersion,
  why: 'deleted' | 'moved' = 'moved',
  basis: ChangeBasis = { kind: 'event' },
): AssignmentChange => ({ kind: 'remove', user: 'u', record: 'r', why, version, basis });

export type Told = AssignmentChange | SequencedChange;

/** Without more said, one message after the other. */
function sequenced(all: readonly Told[]): SequencedChange[] {
  return all.map((one, index) =>
    'change' in one ? one : { change: one, sequence: index + 1, enqueuedAt: index + 1 },
  );
}

export const recorded = (...before: Told[]): LedgerDocument =>
  merge(emptyDocument('u'), sequenced(before), DAY);

/** The verdict on the last of them, after the others. */
export function verdictOnLast(...all: Told[]): Verdict {
  const last = sequenced(all).at(-1);
  if (!last) throw new Error('No change at all.');
  return verdictOf(recorded(...all.slice(0, -1)), last);
}
