/** What is done to text before it is an id. GUIDs stay as they are. */
export interface TextOptions {
  readonly trim: boolean;
  readonly lowerCase: boolean;
}

/** COR ids by the id or text that Dynamics has. What is not in it keeps the id that it has. */
export type CrossReference = ReadonlyMap<string, string>;

interface FromColumns {
  /** Of several columns the first that is not empty counts. */
  readonly columns: readonly string[];
  readonly crossReference?: CrossReference | undefined;
}

/** An external id that the row itself carries. */
export interface ColumnSource extends FromColumns, TextOptions {
  readonly from: 'column';
  /** The id or the name of a lookup, or the value of a text, number or choice column itself. */
  readonly take: 'id' | 'name' | 'value';
}

/** How to come from the row that a lookup refers to, to an external id. */
export interface RelatedPath extends TextOptions {
  /**
   * Lookups to follow from there, by the names of their navigation properties; their case matters. May be
   * empty.
   */
  readonly lookup: readonly string[];
  /** Columns of the row at the end: the first that is filled is the id. */
  readonly take: readonly string[];
  /** `only`: a bookable resource that is no person (generic, equipment, crew …) is left out. */
  readonly persons: 'only' | 'all';
}

/** An external id that stands in a column of a related row. It has to be looked up. */
interface RelatedSource extends FromColumns {
  readonly from: 'related';
  readonly path: RelatedPath;
}

/** One id for all rows. */
interface FixedSource {
  readonly from: 'fixed';
  readonly id: string;
}

/** Where an external id comes from. */
export type IdSource = ColumnSource | RelatedSource | FixedSource;

/** The columns of the row that an id is read from; none for a fixed one. */
export const idColumns = (source: IdSource): readonly string[] =>
  source.from === 'fixed' ? [] : source.columns;

/** Do ids of this source stand in related rows, which have to be read? */
export const needsLookUp = (source: IdSource): boolean => source.from === 'related';
