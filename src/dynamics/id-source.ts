/** What is done to text before it is an id. GUIDs stay as they are. */
export interface TextOptions {
  readonly trim: boolean;
  readonly lowerCase: boolean;
}

/** An external id that the row itself carries. Of several columns the first that is not empty counts. */
interface ColumnSource extends TextOptions {
  readonly from: 'column';
  readonly columns: readonly string[];
  /** The id or the name of a lookup, or the value of a text, number or choice column itself. */
  readonly take: 'id' | 'name' | 'value';
}

/** One id for all rows. */
interface FixedSource {
  readonly from: 'fixed';
  readonly id: string;
}

/** Where an external id comes from. */
export type IdSource = ColumnSource | FixedSource;

/** The columns of the row that an id is read from; none for a fixed one. */
export const idColumns = (source: IdSource): readonly string[] =>
  source.from === 'fixed' ? [] : source.columns;
