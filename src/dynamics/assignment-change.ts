/**
 * How much of a user one assignment takes. Days are `YYYY-MM-DD` in the time zone of the mapping, both ends included: a fixed percentage
 * (0 to 100) on the working days from `start` to `finish`, open where one is missing; or hours spread over the working days between them.
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
 * `number` is Dataverse's `versionnumber` (left out when it is not a safe integer), `modifiedOn` is UTC epoch milliseconds with
 * one-second resolution. Both are left out when the image does not hold them.
 */
export interface RowVersion {
  readonly number?: number;
  readonly modifiedOn?: number;
}

/** The assignment `record` now gives `workspace` to `user`. */
export interface PutAssignment {
  readonly kind: 'put';
  /** External id of the user in COR. A GUID is lower case without braces. */
  readonly user: string;
  /** Id of the Dynamics row, a lower-case GUID. */
  readonly record: string;
  /** External id of the workspace in COR. A GUID is lower case without braces. */
  readonly workspace: string;
  /** Name of the workspace where the lookup carries one: used only when a missing workspace is created. */
  readonly workspaceName?: string;
  readonly allocation: Allocation;
  readonly version: RowVersion;
}

/** The assignment `record` no longer gives anything to `user`. */
export interface RemoveAssignment {
  readonly kind: 'remove';
  readonly user: string;
  readonly record: string;
  /** Workspace that the row named last, where the message says it. */
  readonly workspace?: string;
  /** A row that moved away, was deactivated or does not fit the mapping's `only` may come back. */
  readonly why: 'deleted' | 'moved' | 'deactivated' | 'unassigned' | 'excluded';
  readonly version: RowVersion;
}

export type AssignmentChange = PutAssignment | RemoveAssignment;
