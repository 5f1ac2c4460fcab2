import type { SequenceNumber } from '../sequence-number.ts';

/**
 * How much of a user one assignment takes. Days are `YYYY-MM-DD` in the time zone of the mapping, both ends
 * included: a fixed percentage (0 to 100) on the working days from `start` to `finish`, open where one is
 * missing; or hours spread over the working days between them.
 */
export type Allocation =
  | {
      readonly percentage: number;
      readonly start?: string | undefined;
      readonly finish?: string | undefined;
    }
  | { readonly hours: number; readonly start: string; readonly finish: string };

/**
 * When the row had this state, as far as the message says.
 * `number` is Dataverse's `versionnumber` (left out when it is not a safe integer), `modifiedOn` is UTC epoch
 * milliseconds with one-second resolution. Both are left out when the image does not hold them.
 */
export interface RowVersion {
  readonly number?: number;
  readonly modifiedOn?: number;
}

/**
 * A row's version, and when the message that told it first entered the queue: `enqueuedAt` in UTC epoch ms,
 * `sequence` its sequence number. A queue that is made anew counts from 1 again.
 */
export interface QueuedVersion {
  readonly number?: number | undefined;
  readonly modifiedOn?: number | undefined;
  readonly enqueuedAt?: number | undefined;
  readonly sequence: SequenceNumber;
}

/**
 * What a change rests on: an event of Dataverse, a row that was read, or a read that found no row (404). The
 * last names the version that was recorded when it was looked up, none where nothing was: what came in later
 * is not meant.
 */
export type ChangeBasis =
  | { readonly kind: 'event' }
  | { readonly kind: 'read' }
  | { readonly kind: 'gone'; readonly seen?: QueuedVersion | undefined };

/** The assignment `record` now gives `workspace` to `user`. */
export interface PutAssignment<Id = string> {
  readonly kind: 'put';
  /** External id of the user in COR. A GUID is lower case without braces. */
  readonly user: Id;
  /** Id of the Dynamics row, a lower-case GUID. */
  readonly record: string;
  /** External id of the workspace in COR. A GUID is lower case without braces. */
  readonly workspace: Id;
  /** Name of the workspace where the lookup carries one: used only when a missing workspace is created. */
  readonly workspaceName?: string;
  readonly allocation: Allocation;
  readonly version: RowVersion;
  /** Id of the Dynamics record that `user` was resolved from, where that took a look-up. */
  readonly source?: string;
  /** Default: an event. */
  readonly basis?: ChangeBasis;
}

/** The assignment `record` no longer gives anything to `user`. */
export interface RemoveAssignment<Id = string> {
  readonly kind: 'remove';
  readonly user: Id;
  readonly record: string;
  /** Workspace that the row named last, where the message says it. */
  readonly workspace?: Id;
  /**
   * A row that moved away, was deactivated or does not fit the mapping's `only` may come back; a deleted one
   * only with a higher version number, which says that it was restored under its id.
   */
  readonly why: 'deleted' | 'moved' | 'deactivated' | 'unassigned' | 'excluded';
  readonly version: RowVersion;
  /** Default: an event. */
  readonly basis?: ChangeBasis;
}

/** `Id`: an external id of COR; what a row says may name one that has to be looked up first (`NamedId`). */
export type AssignmentChange<Id = string> = PutAssignment<Id> | RemoveAssignment<Id>;
