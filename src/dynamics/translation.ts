import type { DeadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from './assignment-change.ts';
import type { NamedId } from './named-id.ts';

/**
 * Why a message is completed although it changes nothing in COR. The list is closed: log lines, queries and
 * the workbook name these words. `notAPerson` and `versionWentBack` are found after the translation.
 */
export const SKIP_REASONS = [
  /** An event of a table that the mapping does not read. */
  'otherTable',
  /** A message of our table that says nothing which Create, Update and Delete do not say. */
  'otherMessage',
  /**
   * A message of our table that changes rows and is not read (UpdateMultiple …): a step is registered on the
   * wrong message.
   */
  'unreadMessage',
  /** The row names no user. */
  'unassigned',
  /** The row that was deleted names no user, or its image was registered without it. */
  'unassignedDelete',
  /** A new row that does not fit the mapping's `only`. */
  'excluded',
  /** The row's resource is no person (generic, equipment, crew …). */
  'notAPerson',
  /** The row's versions went back, as after an environment was restored from a backup. */
  'versionWentBack',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Skip {
  readonly outcome: 'skip';
  readonly reason: SkipReason;
}

export const skip = (reason: SkipReason): Skip => ({ outcome: 'skip', reason });

/**
 * Changes to apply. `rest` is what becomes of the message when they are applied, where a part of it cannot
 * be: a row that moves is two changes, and each stands alone.
 */
interface Apply<Id = NamedId> {
  readonly outcome: 'apply';
  readonly changes: readonly AssignmentChange<Id>[];
  readonly rest?: DeadLetter;
}

/**
 * Why an event does not suffice. `doubtful` is found in the ledger: a put of a row that was forgotten there.
 */
export const INCOMPLETE_REASONS = [
  /** Over 192 KB: Dataverse left out parameters and images. */
  'truncated',
  /** The step has no such image. */
  'missingImage',
  /** The image lacks columns that every row has, or that the Target shows to be filled. */
  'wronglySelected',
  /** All is there but the user: the row is unassigned, or the column was not selected. */
  'perhapsUnassigned',
  /** A deleted row lives again. The message says too little, whatever images it has. */
  'restored',
  'doubtful',
] as const;

export type IncompleteReason = (typeof INCOMPLETE_REASONS)[number];

/** How an event ends for which nothing has to be read. */
export type Settled<Id = NamedId> = Apply<Id> | Skip | DeadLetter;

/** The row has to be read to know what to do. */
export interface Incomplete {
  readonly outcome: 'incomplete';
  readonly table: string;
  /** Id of the row, a lower-case GUID. */
  readonly record: string;
  readonly why: IncompleteReason;
  /** Users that the event names (pre image, post image, Target), without repetition. */
  readonly users: readonly NamedId[];
  /** How the event ends where rows cannot be read. */
  readonly otherwise: Settled;
}

/** What an event of Dataverse means for COR. */
export type Translation = Settled | Incomplete;

/** An event that does not suffice, where rows cannot be read; every other one as it is. */
export const withoutReading = (translation: Translation): Settled =>
  translation.outcome === 'incomplete' ? translation.otherwise : translation;

/** Are all ids known, so that nothing has to be looked up before the changes can be applied? */
export function isResolved(settled: Settled): settled is Settled<string> {
  if (settled.outcome !== 'apply') return true;
  return settled.changes.every(
    ({ user, workspace }) => typeof user === 'string' && typeof workspace !== 'object',
  );
}
