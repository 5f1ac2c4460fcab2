import type { DateColumn, Mapping } from '../dynamics/mapping.ts';
import type { DateBehavior, TableMetadata } from './table-metadata.ts';

/**
 * The kind that a column of each behaviour needs: only User Local is a point in time (Dataverse docs,
 * behavior-format).
 */
const KIND: Readonly<Record<DateBehavior, DateColumn['kind']>> = {
  UserLocal: 'dateTime',
  TimeZoneIndependent: 'date',
  DateOnly: 'date',
};

const BEHAVIOR: Readonly<Record<DateBehavior, string>> = {
  UserLocal: 'User Local',
  TimeZoneIndependent: 'Time-Zone Independent',
  DateOnly: 'Date Only',
};

function dateColumns({ allocation }: Mapping): Map<string, DateColumn> {
  const all = allocation.flatMap(({ start = [], finish = [] }) => [...start, ...finish]);
  return new Map(all.map((column) => [column.column, column]));
}

/**
 * Date columns that the mapping reads as another kind than the table holds: days would be shifted, or not. A
 * sentence for each.
 */
export function dateKindProblems(mapping: Mapping, { table, columns }: TableMetadata): string[] {
  return [...dateColumns(mapping).values()].flatMap(({ column, kind }) => {
    const behavior = columns.get(column)?.dateBehavior;
    const needed = behavior && KIND[behavior];
    if (!behavior || needed === kind) return [];
    return [
      `Column ${column} of ${table} is ${BEHAVIOR[behavior]}, and the mapping reads it as "${kind}": set {"column": "${column}", "kind": "${needed}"} where it names the column.`,
    ];
  });
}
