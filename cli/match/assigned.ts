import type { DataverseReader } from '../../src/dataverse/reader.ts';
import type { ReadRow } from '../../src/dataverse/row-query.ts';
import { idColumns } from '../../src/dynamics/id-source.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import { idKey, type NamedId } from '../../src/dynamics/named-id.ts';
import { isInactive, readRowId } from '../../src/dynamics/read-row.ts';
import { stateColumns } from '../../src/dynamics/required-columns.ts';

/** Somebody, or something, that rows are assigned to. */
export interface Assigned {
  readonly id: NamedId;
  /** Of the lookup, where it carries one. */
  readonly name: string;
  /** Column of the row that names it. */
  readonly column: string;
  readonly rows: number;
  /** The id can never work; the end of a sentence. */
  readonly unusable?: string;
}

function assignedIn({ entity }: ReadRow, mapping: Mapping): Assigned | undefined {
  if (isInactive(entity, undefined, mapping)) return undefined;
  const found = readRowId(entity, mapping.user);
  const column = idColumns(mapping.user).join(' or ');
  if (found.found === 'empty') return undefined;
  if (found.found === 'unusable')
    return { id: entity.id, name: '', column, rows: 1, unusable: `row ${entity.id}: ${found.problem}` };
  return { id: found.id, name: found.name ?? '', column, rows: 1 };
}

/** Everybody whom an active row of the mapping's table names. Throws `DataverseError`. */
export async function readAssigned(
  reader: DataverseReader,
  mapping: Mapping,
  onRows: (read: number) => void,
): Promise<Assigned[]> {
  const found = new Map<string, Assigned>();
  const columns = [...idColumns(mapping.user), ...stateColumns(mapping)];
  let read = 0;
  for await (const page of reader.rows(mapping.table, { columns })) {
    for (const row of page) {
      const one = assignedIn(row, mapping);
      if (!one) continue;
      const key = idKey(one.id);
      found.set(key, { ...one, rows: (found.get(key)?.rows ?? 0) + 1 });
    }
    read += page.length;
    onRows(read);
  }
  return [...found.values()];
}
