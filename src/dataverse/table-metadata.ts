import { isObject } from '../json.ts';
import { DataverseError } from './dataverse-error.ts';
import type { Row, WebApi } from './web-api.ts';

/**
 * `UserLocal` and `TimeZoneIndependent` columns are read as date and time, `DateOnly` ones as a day
 * (Dataverse docs, behavior-format).
 */
export type DateBehavior = 'UserLocal' | 'TimeZoneIndependent' | 'DateOnly';

interface ColumnMetadata {
  /** Such as `Lookup`, `Picklist`, `Decimal`, `DateTime` (Dataverse docs, AttributeTypeCode). */
  readonly type: string;
  readonly dateBehavior?: DateBehavior;
}

/** Where an N:1 relationship leads. A polymorphic lookup has one for each table. */
export interface Navigation {
  /** Case matters. */
  readonly property: string;
  readonly table: string;
}

export interface TableMetadata {
  /** Logical name. */
  readonly table: string;
  readonly entitySet: string;
  readonly primaryId: string;
  readonly columns: ReadonlyMap<string, ColumnMetadata>;
  /** By the lookup's column. */
  readonly navigations: ReadonlyMap<string, readonly Navigation[]>;
}

const NAME = /^\w{1,128}$/;

const rowsIn = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.filter(isObject) : []);

function dateBehavior({ DateTimeBehavior: given }: Row): DateBehavior | undefined {
  const value = isObject(given) ? given.Value : undefined;
  return value === 'UserLocal' || value === 'TimeZoneIndependent' || value === 'DateOnly' ? value : undefined;
}

function columnsIn(attributes: readonly Row[], dates: readonly Row[]): Map<string, ColumnMetadata> {
  const behaviors = new Map(dates.map((row) => [row.LogicalName, dateBehavior(row)]));
  return new Map(
    attributes.map((row) => {
      const behavior = behaviors.get(row.LogicalName);
      return [
        String(row.LogicalName),
        { type: String(row.AttributeType), ...(behavior && { dateBehavior: behavior }) },
      ];
    }),
  );
}

function navigationsIn(relationships: readonly Row[]): Map<string, Navigation[]> {
  const found = new Map<string, Navigation[]>();
  for (const row of relationships) {
    const column = String(row.ReferencingAttribute);
    const navigation = {
      property: String(row.ReferencingEntityNavigationPropertyName),
      table: String(row.ReferencedEntity),
    };
    found.set(column, [...(found.get(column) ?? []), navigation]);
  }
  return found;
}

/** The metadata of a table by its logical name (Dataverse docs, query-metadata). Throws `DataverseError`. */
export async function readTableMetadata(api: WebApi, table: string): Promise<TableMetadata> {
  // It goes into the path, and may come from a mapping.
  if (!NAME.test(table)) throw noTable(table);
  const definition = `EntityDefinitions(LogicalName='${table}')`;
  const [entity, dates] = await Promise.all([
    api
      .get(
        `${definition}?$select=EntitySetName,PrimaryIdAttribute&$expand=Attributes($select=LogicalName,AttributeType),ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)`,
      )
      .catch((error: unknown) => {
        throw error instanceof DataverseError && error.status === 404 ? noTable(table, error) : error;
      }),
    api.list(
      `${definition}/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior`,
    ),
  ]);
  return {
    table,
    entitySet: String(entity.EntitySetName),
    primaryId: String(entity.PrimaryIdAttribute),
    columns: columnsIn(rowsIn(entity.Attributes), dates),
    navigations: navigationsIn(rowsIn(entity.ManyToOneRelationships)),
  };
}

function noTable(table: string, cause?: unknown): DataverseError {
  const description = `This environment has no table "${table}". Install Project Operations (or Project Service Automation) there, or check DATAVERSE_URL and the mapping.`;
  return new DataverseError({ class: 'rejected', code: 'NO_SUCH_TABLE', status: 404, description }, cause);
}
