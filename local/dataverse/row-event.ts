import type { EntitySet } from './table.ts';

/** The messages of Dataverse that one row's change can be. */
export type RowMessage = 'Create' | 'Update' | 'Delete' | 'SetState' | 'Restore';

type Columns = Readonly<Record<string, unknown>>;

/** One change of one row. Columns as they are stored. */
export interface RowEvent {
  readonly message: RowMessage;
  readonly entitySet: EntitySet;
  readonly id: string;
  /** Only the columns that were set. */
  readonly target: Columns;
  readonly before?: Columns;
  readonly after?: Columns;
  readonly at: Date;
  readonly version: number;
}
