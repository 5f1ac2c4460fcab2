/** How a date column keeps time zones (Dataverse docs, behavior-format). The format is for display only. */
export type DateBehavior = 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent';
export type DateFormat = 'DateOnly' | 'DateAndTime';

/** `readOnly` columns are set by the platform; `writeOnly` ones are never read out. */
export type Column =
  | { readonly type: 'text'; readonly max: number; readonly writeOnly?: true }
  | { readonly type: 'choice'; readonly values: readonly number[]; readonly is?: 'State' | 'Status' }
  | { readonly type: 'whole' }
  | { readonly type: 'decimal' }
  | { readonly type: 'money' }
  | { readonly type: 'double' }
  /** Values of several options, read as the text `2,3,8`. */
  | { readonly type: 'choices'; readonly values: readonly number[] }
  | { readonly type: 'bigInt'; readonly readOnly: true }
  | { readonly type: 'yesNo'; readonly readOnly?: true }
  | { readonly type: 'guid' }
  | {
      readonly type: 'dateTime';
      readonly behavior: DateBehavior;
      readonly format: DateFormat;
      readonly readOnly?: true;
    };

export interface Lookup {
  /** Column that holds the id when the row is read: `_…_value`. */
  readonly column: string;
  readonly entitySet: EntitySet;
  readonly readOnly?: true;
}

export interface Table {
  readonly logicalName: string;
  /** The primary key. */
  readonly id: string;
  /** Column whose text names a row to people. */
  readonly primaryName?: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** By navigation property. Case matters. */
  readonly lookups: Readonly<Record<string, Lookup>>;
  readonly required: readonly string[];
  readonly isWritable: boolean;
  /** What stands behind `prvRead`, `prvCreate`, `prvWrite`, `prvDelete`. */
  readonly privilege: string;
  /** Columns that are read beside those that were asked for. */
  readonly alwaysRead?: readonly string[];
  /** Rows have `versionnumber` and `modifiedon`, and their changes fire steps. */
  readonly hasEvents: boolean;
}

export type EntitySet =
  | 'serviceendpoints'
  | 'sdkmessages'
  | 'sdkmessagefilters'
  | 'sdkmessageprocessingsteps'
  | 'sdkmessageprocessingstepimages'
  | 'asyncoperations'
  | 'msdyn_resourceassignments'
  | 'msdyn_projectteams'
  | 'msdyn_projects'
  | 'msdyn_projecttasks'
  | 'msdyn_resourcerequirements'
  | 'bookableresources'
  | 'systemusers'
  | 'contacts'
  | 'accounts';

export const text = (max: number): Column => ({ type: 'text', max });
export const secret = (max: number): Column => ({ type: 'text', max, writeOnly: true });
export const choice = (...values: number[]): Column => ({ type: 'choice', values });
export const whole: Column = { type: 'whole' };
export const decimal: Column = { type: 'decimal' };
export const money: Column = { type: 'money' };
export const double: Column = { type: 'double' };
export const choices = (...values: number[]): Column => ({ type: 'choices', values });
export const yesNo: Column = { type: 'yesNo' };
export const computed: Column = { type: 'yesNo', readOnly: true };
export const guid: Column = { type: 'guid' };
export const date = (behavior: DateBehavior, format: DateFormat): Column => ({
  type: 'dateTime',
  behavior,
  format,
});
export const lookup = (logicalName: string, entitySet: EntitySet): Lookup => ({
  column: `_${logicalName}_value`,
  entitySet,
});

/** Logical name of a lookup, from the column that holds its id. */
export const attributeOf = (lookupColumn: string): string => lookupColumn.slice(1, -'_value'.length);

/** Every column that a row of the table is read with, under the names of the Web API. */
export function readableColumns({ id, columns, lookups }: Table): string[] {
  const own = Object.entries(columns).filter(([, column]) => !(column.type === 'text' && column.writeOnly));
  return [id, ...own.map(([name]) => name), ...Object.values(lookups).map(({ column }) => column)];
}

/** Logical names of all columns, as metadata and registrations name them. */
export function attributeNames({ id, columns, lookups }: Table): string[] {
  return [id, ...Object.keys(columns), ...Object.values(lookups).map(({ column }) => attributeOf(column))];
}

const OPTIONS = ['$select', '$filter', '$expand', '$orderby', '$top', '$count', '$skiptoken'];

/** Whether a list takes this query parameter; `@p1` stands for a value of `$filter`. */
export const isOption = (name: string): boolean => OPTIONS.includes(name) || name.startsWith('@');
