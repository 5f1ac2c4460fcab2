import { readIsoDate } from '../dynamics/dates.ts';
import type { Entity } from '../dynamics/entity.ts';
import { readGuid, ZERO_GUID } from '../dynamics/guid.ts';
import type { TableMetadata } from './table-metadata.ts';
import type { Row } from './web-api.ts';

/** Annotations that a lookup needs: its name and its table. Any more would double the size of a page. */
export const ANNOTATIONS = [
  'OData.Community.Display.V1.FormattedValue',
  'Microsoft.Dynamics.CRM.lookuplogicalname',
] as const;

const [FORMATTED, LOOKUP_TABLE] = ANNOTATIONS;
const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';
const LOOKUPS: ReadonlySet<string> = new Set(['Lookup', 'Owner', 'Customer']);
const CHOICES: ReadonlySet<string> = new Set(['Picklist', 'State', 'Status']);

const isLookup = (type: string | undefined): boolean => type !== undefined && LOOKUPS.has(type);

/** How `$select` and an answer name a column: a lookup as `_NAME_value`. */
export function propertyOf(column: string, { columns }: TableMetadata): string {
  return isLookup(columns.get(column)?.type) ? `_${column}_value` : column;
}

function reference(row: Row, column: string, table: TableMetadata): unknown {
  const property = `_${column}_value`;
  const id = row[property];
  if (id === null || id === undefined) return null;
  const [navigation] = table.navigations.get(column) ?? [];
  return {
    __type: `EntityReference:${CONTRACTS}`,
    Id: id,
    LogicalName: row[`${property}@${LOOKUP_TABLE}`] ?? navigation?.table ?? '',
    Name: row[`${property}@${FORMATTED}`] ?? null,
  };
}

/**
 * Both forms of the Web API, a day and a moment, as the milliseconds that a message has for the same value.
 */
function dateText(value: unknown): unknown {
  const ms = typeof value === 'string' ? readIsoDate(value) : undefined;
  return ms === undefined ? value : `/Date(${ms})/`;
}

function columnValue(row: Row, column: string, table: TableMetadata): unknown {
  const type = table.columns.get(column)?.type ?? '';
  if (LOOKUPS.has(type)) return reference(row, column, table);
  const value = row[column];
  if (value === null || value === undefined) return null;
  if (CHOICES.has(type)) return { __type: `OptionSetValue:${CONTRACTS}`, Value: value };
  if (type === 'Money') return { __type: `Money:${CONTRACTS}`, Value: value };
  return type === 'DateTime' ? dateText(value) : value;
}

/**
 * A row of the Web API as an image of a message would hold it, so that nothing behind this knows which of the
 * two it has. Multi-select choices stay the text that the Web API writes: no mapping reads them.
 */
export function entityOfRow(row: Row, columns: readonly string[], table: TableMetadata): Entity {
  return {
    kind: 'entity',
    logicalName: table.table,
    id: readGuid(row[table.primaryId]) ?? ZERO_GUID,
    columns: new Map(columns.map((column) => [column, columnValue(row, column, table)])),
  };
}
