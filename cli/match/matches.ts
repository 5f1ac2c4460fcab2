import { type Identity, identityOf, identityQuery } from '../../src/dataverse/identity.ts';
import type { DataverseReader } from '../../src/dataverse/reader.ts';
import type { ReadRow } from '../../src/dataverse/row-query.ts';
import type { UnresolvedId } from '../../src/dynamics/named-id.ts';
import type { Assigned } from './assigned.ts';

/** `noPerson` is as it should be: such rows are skipped. All others keep an assignment from COR. */
type Problem = 'noPerson' | 'nobody' | 'unusable' | 'guest' | 'shared';

export interface Match {
  /** Id of the resource, or of whatever else the row names. */
  readonly resource: string;
  readonly name: string;
  readonly rows: number;
  /** External id in COR. */
  readonly user?: string;
  /** Column that it comes from. */
  readonly by?: string;
  readonly problem?: Problem;
  readonly why?: string;
}

/**
 * Part of the name of a guest of another tenant: an id that COR does not have (Entra docs, user principal
 * name of guests).
 */
const GUEST = '#EXT#';

const RESOURCE_TYPES: Readonly<Record<number, string>> = {
  1: 'Generic',
  4: 'Equipment',
  5: 'Account',
  6: 'Crew',
  7: 'Facility',
  8: 'Pool',
};

/** The rows that ids of one table and path lead to, in pages and not one by one. */
async function readAll(
  reader: DataverseReader,
  { table, path }: UnresolvedId,
): Promise<ReadonlyMap<string, ReadRow>> {
  const rows = new Map<string, ReadRow>();
  for await (const page of reader.rows(table, identityQuery(path)))
    for (const row of page) rows.set(row.entity.id, row);
  return rows;
}

function matchOf({ id, name, rows, column }: Assigned, identity: Identity): Match {
  const one = { resource: typeof id === 'string' ? id : id.id, name, rows };
  switch (identity.kind) {
    case 'found': {
      const found = { ...one, user: identity.id, by: `${identity.table}.${identity.column}` };
      if (!identity.id.toUpperCase().includes(GUEST)) return found;
      return { ...found, problem: 'guest', why: `a guest of another tenant (${GUEST})` };
    }
    case 'notAPerson': {
      const type = RESOURCE_TYPES[identity.resourceType] ?? `type ${identity.resourceType}`;
      return { ...one, problem: 'noPerson', why: `no person (${type})` };
    }
    case 'nobody':
    case 'unusable':
      return { ...one, by: column, problem: identity.kind, why: identity.why };
  }
}

function identityIn(tables: ReadonlyMap<string, ReadonlyMap<string, ReadRow>>, id: UnresolvedId): Identity {
  return identityOf(tables.get(id.table)?.get(id.id), id);
}

/** Two resources that are one user in COR share its percentages, which is rarely meant. */
function withShared(matches: readonly Match[]): Match[] {
  const byUser = Map.groupBy(matches, ({ user }) => user);
  return matches.map((match) => {
    const others = match.user === undefined ? 0 : (byUser.get(match.user)?.length ?? 1) - 1;
    if (others === 0 || match.problem !== undefined) return match;
    return {
      ...match,
      problem: 'shared',
      why: `${others} other ${others === 1 ? 'resource has' : 'resources have'} the same id`,
    };
  });
}

/** What each comes to in COR, those with a problem first. Throws `DataverseError`. */
export async function matchAll(reader: DataverseReader, assigned: readonly Assigned[]): Promise<Match[]> {
  const tables = new Map<string, ReadonlyMap<string, ReadRow>>();
  for (const { id } of assigned)
    if (typeof id !== 'string' && !tables.has(id.table)) tables.set(id.table, await readAll(reader, id));
  const matches = assigned.map((one): Match => {
    const { id, unusable, column } = one;
    if (unusable !== undefined) return matchOf(one, { kind: 'unusable', why: unusable });
    if (typeof id !== 'string') return matchOf(one, identityIn(tables, id));
    const match = matchOf(one, { kind: 'found', id, table: '', column });
    return { ...match, by: column };
  });
  return withShared(matches).sort(
    (a, b) =>
      Number(b.problem !== undefined) - Number(a.problem !== undefined) || a.name.localeCompare(b.name, 'en'),
  );
}
