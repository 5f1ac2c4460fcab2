import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import { dateKindProblems } from '../../src/dataverse/date-kinds.ts';
import { readTableMetadata, type TableMetadata } from '../../src/dataverse/table-metadata.ts';
import type { WebApi } from '../../src/dataverse/web-api.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';

/**
 * What the role of the application user reads, with the privilege of each: rows of the mapping, and what its
 * lookups lead to.
 */
const RELATED: readonly (readonly [table: string, privilege: string])[] = [
  ['msdyn_project', 'prvReadmsdyn_project'],
  ['bookableresource', 'prvReadBookableResource'],
  ['systemuser', 'prvReadUser'],
  ['contact', 'prvReadContact'],
];

/** No row, and not the privilege either: a table without rows says so as well. */
async function missingRight(api: WebApi, table: string, privilege: string): Promise<string | undefined> {
  try {
    const { EntitySetName, PrimaryIdAttribute } = await api.get(
      `EntityDefinitions(LogicalName='${table}')?$select=EntitySetName,PrimaryIdAttribute`,
    );
    await api.get(`${EntitySetName}?$select=${PrimaryIdAttribute}&$top=1`);
    return undefined;
  } catch (error) {
    if (!(error instanceof DataverseError)) throw error;
    // The mapping may lead to none of these.
    if (error.status === 404) return undefined;
    if (error.status !== 403) throw error;
    return `${table} cannot be read: the role needs ${privilege}, at organization level (docs/dataverse.md).`;
  }
}

async function dateProblems(api: WebApi, mapping: Mapping): Promise<string[]> {
  let metadata: TableMetadata;
  try {
    metadata = await readTableMetadata(api, mapping.table);
  } catch (error) {
    if (error instanceof DataverseError && error.status === 403) return [];
    throw error;
  }
  return dateKindProblems(mapping, metadata);
}

/**
 * Whether this login can read what the connector reads: a sentence for each privilege that is missing, and
 * for each date column of another kind.
 */
export async function readingProblems(api: WebApi, mapping: Mapping): Promise<string[]> {
  const tables = [[mapping.table, `prvRead${mapping.table}`] as const, ...RELATED];
  const rights = await Promise.all(tables.map(([table, privilege]) => missingRight(api, table, privilege)));
  return [...rights.filter((right) => right !== undefined), ...(await dateProblems(api, mapping))];
}
