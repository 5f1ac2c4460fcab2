import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import type { WebApi } from '../../src/dataverse/web-api.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import type { RequiredColumns } from '../../src/dynamics/required-columns.ts';
import { registrableColumns } from './columns.ts';
import { RegistrationError } from './registration-error.ts';

/** Without these nothing works. */
const NEEDED = ['Create', 'Update', 'Delete'] as const;
/** `Restore`: only of tables whose deleted rows can be restored; a row that lives again is then heard of. */
const EVENTS = [...NEEDED, 'Restore'] as const;
export type EventName = (typeof EVENTS)[number];

/** What an environment has of its own, and a registration refers to. */
export interface Environment {
  readonly columns: RequiredColumns;
  /** Ids of the message and of its filter for the mapping's table. */
  readonly messages: ReadonlyMap<EventName, MessageIds>;
}

export interface MessageIds {
  readonly messageId: string;
  readonly filterId: string;
}

async function existingColumns(api: WebApi, table: string): Promise<Set<string>> {
  try {
    const rows = await api.list(`EntityDefinitions(LogicalName='${table}')/Attributes?$select=LogicalName`);
    return new Set(rows.map((row) => String(row.LogicalName)));
  } catch (error) {
    if (!(error instanceof DataverseError) || error.status !== 404) throw error;
    throw new RegistrationError(
      `This environment has no table ${table}. Install Project Operations (or Project Service Automation) there, or check --org and --mapping.`,
    );
  }
}

/**
 * Reads what the registration of a mapping needs to know of the environment. Throws `RegistrationError` when
 * it does not fit.
 */
export async function readEnvironment(api: WebApi, mapping: Mapping): Promise<Environment> {
  const { table } = mapping;
  const columns = registrableColumns(mapping, await existingColumns(api, table));
  const names = EVENTS.map((event) => `name eq '${event}'`).join(' or ');
  const messages = await api.list(`sdkmessages?$select=sdkmessageid,name&$filter=${names}`);
  const filters = await api.list(
    `sdkmessagefilters?$select=sdkmessagefilterid,_sdkmessageid_value&$filter=primaryobjecttypecode eq '${table}' and iscustomprocessingstepallowed eq true`,
  );
  const ids = EVENTS.flatMap((event): [EventName, MessageIds][] => {
    const messageId = messages.find(({ name }) => name === event)?.sdkmessageid;
    const filterId = filters.find((filter) => filter._sdkmessageid_value === messageId)?.sdkmessagefilterid;
    return typeof messageId === 'string' && typeof filterId === 'string'
      ? [[event, { messageId, filterId }]]
      : [];
  });
  const found = new Map(ids);
  const missing = NEEDED.find((event) => !found.has(event));
  if (missing !== undefined)
    throw new RegistrationError(`Dataverse allows no step on ${missing} of ${table} in this environment.`);
  return { columns, messages: found };
}
