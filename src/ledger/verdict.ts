import type { AssignmentChange, ChangeBasis, QueuedVersion } from '../dynamics/assignment-change.ts';
import { compareSequenceNumbers, type SequenceNumber } from '../sequence-number.ts';
import type { AssignedEntry, LedgerDocument, LedgerEntry, Mark, Tombstone } from './document.ts';

/** A change of one user, with what is known of the message that told it. Times in UTC epoch ms. */
export interface SequencedChange {
  readonly change: AssignmentChange;
  /** Sequence number and time under which the message first entered the queue. */
  readonly sequence: SequenceNumber;
  readonly enqueuedAt?: number | undefined;
  /** Id of the system job that posted it. */
  readonly operation?: string | undefined;
}

/**
 * What becomes of a change. `repeated`: it says what is recorded. `old`: something newer is recorded.
 * `versionWentBack`: its version number is lower and its time is later, as after the restore of an
 * environment. `doubtful`: tombstones of that age were dropped, or have no number, so that only the row
 * itself can tell. Only `applied` changes what is assigned.
 */
export type Verdict = 'applied' | 'repeated' | 'old' | 'versionWentBack' | 'doubtful';

/** Clocks of Dataverse's servers differ by less; a restored backup is older by more. */
const MAX_CLOCK_SKEW_MS = 10 * 60_000;

const BY_EVENT: ChangeBasis = { kind: 'event' };

export function versionOf({ change, sequence, enqueuedAt }: SequencedChange): QueuedVersion {
  return { ...change.version, ...(enqueuedAt !== undefined && { enqueuedAt }), sequence };
}

/**
 * Less than 0 when `a` is older. The row's own word: by number, else by time; of one second the one with a
 * number is newer.
 */
function compareRows(a: QueuedVersion, b: QueuedVersion): number {
  if (a.number !== undefined && b.number !== undefined) return a.number - b.number;
  if (a.modifiedOn === undefined || b.modifiedOn === undefined) return 0;
  if (a.modifiedOn !== b.modifiedOn) return a.modifiedOn - b.modifiedOn;
  return Number(a.number !== undefined) - Number(b.number !== undefined);
}

/**
 * By the time of entry into the queue, then by sequence. A document of the first schema has no time: that is
 * before any.
 */
function compareEntry(a: QueuedVersion, b: QueuedVersion): number {
  const byTime = (a.enqueuedAt ?? 0) - (b.enqueuedAt ?? 0);
  return byTime !== 0 ? byTime : compareSequenceNumbers(a.sequence, b.sequence);
}

/**
 * Which of two versions of a row is newer? Less than 0: `a` is older; 0: they are the same. By
 * `versionnumber` where both have it, else by `modifiedon`, else by the entry into the queue. It is an order
 * as long as `modifiedon` does not fall while `versionnumber` rises.
 */
export function compareVersions(a: QueuedVersion, b: QueuedVersion): number {
  if (a.number !== undefined && b.number !== undefined) return a.number - b.number;
  return compareRows(a, b) || compareEntry(a, b);
}

/** Do the rows' own versions leave open which of two changes is newer? */
export function isTied(a: QueuedVersion, b: QueuedVersion): boolean {
  return (a.number === undefined || b.number === undefined) && compareRows(a, b) === 0;
}

/** The verdict on something that is not newer by its number or time: was the environment restored? */
function oldOrBack(version: QueuedVersion, recorded: Mark): Verdict {
  const isLower =
    version.number !== undefined && recorded.number !== undefined && version.number < recorded.number;
  const isLater = (version.modifiedOn ?? 0) > (recorded.modifiedOn ?? Infinity) + MAX_CLOCK_SKEW_MS;
  return isLower && isLater ? 'versionWentBack' : 'old';
}

function isAbove({ number, modifiedOn }: QueuedVersion, mark: Mark): boolean {
  if (number !== undefined && mark.number !== undefined) return number > mark.number;
  return modifiedOn !== undefined && mark.modifiedOn !== undefined && modifiedOn > mark.modifiedOn;
}

/**
 * A row that the document does not know, or no longer. Where tombstones were dropped, what is not above all
 * of them may come from before one: a put is then doubtful, and a removal has nothing to remove. A row that
 * was read is what it is.
 */
function onUnknown(change: AssignmentChange, version: QueuedVersion, { mark }: LedgerDocument): Verdict {
  const { kind } = change.basis ?? BY_EVENT;
  if (kind !== 'event' || !mark || isAbove(version, mark)) return 'applied';
  return change.kind === 'put' ? 'doubtful' : 'old';
}

/**
 * Nothing but a higher number comes after a delete: the row was restored under its id. Where it is not known
 * at which number the row ended (a 404, or an image without `versionnumber`), only the row itself says that
 * it lives again: a put above is then doubtful.
 */
function onDeleted(change: AssignmentChange, version: QueuedVersion, recorded: Tombstone): Verdict {
  const { kind } = change.basis ?? BY_EVENT;
  const { number: ended } = recorded.version;
  const isDelete = change.kind === 'remove' && change.why === 'deleted';
  if (kind === 'gone') return 'repeated';
  if (version.number === undefined) return isDelete ? 'repeated' : 'old';
  if (isDelete && version.number === ended) return 'repeated';
  if (ended !== undefined && version.number <= ended) return oldOrBack(version, recorded.version);
  if (isDelete || kind === 'read' || (ended !== undefined && !recorded.gone)) return 'applied';
  return change.kind === 'put' ? 'doubtful' : 'repeated';
}

/**
 * A delete has the version of its pre image, the row's last: as high as what is recorded, or it belongs to an
 * earlier life of the row. What was recorded without a number could not come after a delete either, in
 * whatever order the two arrive.
 */
function onDelete(
  { number, modifiedOn, ...version }: QueuedVersion,
  { version: recorded }: LedgerEntry,
): Verdict {
  if (recorded.number === undefined) return 'applied';
  const isLower =
    number === undefined
      ? (modifiedOn ?? Infinity) < (recorded.modifiedOn ?? -Infinity)
      : number < recorded.number;
  return isLower ? oldOrBack({ number, modifiedOn, ...version }, recorded) : 'applied';
}

function sameAllocation(a: AssignedEntry['allocation'], b: AssignedEntry['allocation']): boolean {
  if (a.start !== b.start || a.finish !== b.finish) return false;
  if ('hours' in a) return 'hours' in b && a.hours === b.hours;
  return 'percentage' in b && a.percentage === b.percentage;
}

/**
 * Does the change say of its row what is recorded? Names do not count: they are used only when a workspace is
 * created.
 */
function saysTheSame(change: AssignmentChange, recorded: LedgerEntry): boolean {
  if (change.kind === 'remove') return recorded.state !== 'assigned';
  if (recorded.state !== 'assigned') return false;
  return change.workspace === recorded.workspace && sameAllocation(change.allocation, recorded.allocation);
}

/**
 * A row that was read is what Dynamics holds, so an equal version will do; what it does not change is never
 * sent.
 */
function onRead(change: AssignmentChange, version: QueuedVersion, recorded: LedgerEntry): Verdict {
  if (compareRows(version, recorded.version) < 0) return oldOrBack(version, recorded.version);
  return saysTheSame(change, recorded) ? 'repeated' : 'applied';
}

function onEvent(one: SequencedChange, version: QueuedVersion, recorded: LedgerEntry): Verdict {
  if (isTied(version, recorded.version) && one.operation !== undefined) {
    if (recorded.version.operations?.includes(one.operation)) return 'repeated';
  }
  const order = compareVersions(version, recorded.version);
  if (order > 0) return 'applied';
  return order === 0 ? 'repeated' : oldOrBack(version, recorded.version);
}

/** A 404 is no news of what came in after the look at the ledger that it names. */
function onGone(seen: QueuedVersion | undefined, recorded: LedgerEntry): Verdict {
  return seen !== undefined && compareVersions(recorded.version, seen) <= 0 ? 'applied' : 'old';
}

/**
 * What becomes of a change when it meets the document of its user. The one place that says so: `merge`
 * applies what this applies, and a comparison of all rows sends nothing else. Pure.
 */
export function verdictOf(document: LedgerDocument, one: SequencedChange): Verdict {
  const { change, enqueuedAt } = one;
  if ((enqueuedAt ?? Infinity) < (document.forgottenAt ?? -Infinity)) return 'old';
  const version = versionOf(one);
  const recorded = document.assignments[change.record];
  if (!recorded) return onUnknown(change, version, document);
  if (recorded.state === 'deleted') return onDeleted(change, version, recorded);
  const basis = change.basis ?? BY_EVENT;
  if (basis.kind === 'gone') return onGone(basis.seen, recorded);
  if (change.kind === 'remove' && change.why === 'deleted') return onDelete(version, recorded);
  return basis.kind === 'read' ? onRead(change, version, recorded) : onEvent(one, version, recorded);
}
