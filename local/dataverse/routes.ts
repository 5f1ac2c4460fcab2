import { readQuery } from './query.ts';
import { badPayload, brokenRule, Refusal } from './refusal.ts';
import { createRow, deleteRow, findRow, type Store, type StoredRow, updateRow } from './store.ts';
import { advanceJobs, startEndpointCheck } from './system-jobs.ts';
import { type EntitySet, isEntitySet, readableColumns, TABLES } from './tables.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface Asked {
  readonly method: string;
  /** Below the base, decoded, without the query. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly payload: unknown;
  /** `Prefer: return=representation` */
  readonly wantsRow: boolean;
  /** A PATCH without `If-Match: *` makes the row when it is not there. */
  readonly mayCreate: boolean;
}

const ZERO = '00000000-0000-0000-0000-000000000000';
const CHECK = '/Microsoft.Dynamics.CRM.TriggerServiceEndpointCheck';

function readable(
  entitySet: EntitySet,
  row: StoredRow,
  columns: readonly string[] = readableColumns(TABLES[entitySet]),
) {
  return { '@odata.etag': 'W/"1"', ...Object.fromEntries(columns.map((name) => [name, row[name] ?? null])) };
}

function attributes(store: Store, table: string, parameters: URLSearchParams): Reply {
  const columns = store.tables.get(table);
  if (!columns)
    throw new Refusal(
      404,
      '0x80041102',
      `The entity with a name = '${table}' with namemapping = 'Logical' was not found in the MetadataCache.`,
    );
  if (parameters.get('$select') !== 'LogicalName') throw badPayload('This fake knows only LogicalName.');
  return { status: 200, json: { value: [...columns].map((name) => ({ LogicalName: name })) } };
}

function onCollection(store: Store, entitySet: EntitySet, asked: Asked): Reply {
  if (asked.method === 'GET') {
    if (entitySet === 'asyncoperations') advanceJobs(store);
    const { select, matches, arrange } = readQuery(TABLES[entitySet], asked.parameters);
    const rows = arrange([...store.rows[entitySet].values()].filter(matches));
    return { status: 200, json: { value: rows.map((row) => readable(entitySet, row, select)) } };
  }
  if (asked.method !== 'POST') throw new Refusal(405, '0x80060888', `${asked.method} is not allowed here.`);
  return made(entitySet, createRow(store, entitySet, asked.payload), asked.wantsRow);
}

function made(entitySet: EntitySet, row: StoredRow, wantsRow: boolean): Reply {
  const headers = { 'odata-entityid': `${entitySet}(${row[TABLES[entitySet].id]})` };
  return wantsRow ? { status: 201, headers, json: readable(entitySet, row) } : { status: 204, headers };
}

function onRow(store: Store, entitySet: EntitySet, id: string, asked: Asked): Reply {
  switch (asked.method) {
    case 'GET': {
      const { select } = readQuery(TABLES[entitySet], asked.parameters);
      return { status: 200, json: readable(entitySet, findRow(store, entitySet, id), [...select]) };
    }
    case 'PATCH':
      if (asked.mayCreate && !store.rows[entitySet].has(id.toLowerCase()))
        return made(entitySet, createRow(store, entitySet, asked.payload, id), asked.wantsRow);
      updateRow(store, entitySet, id, asked.payload);
      return { status: 204 };
    case 'DELETE':
      deleteRow(store, entitySet, id);
      return { status: 204 };
    default:
      throw new Refusal(405, '0x80060888', `${asked.method} is not allowed here.`);
  }
}

/** Answers one request with a good token. Throws `Refusal`. */
export function answer(store: Store, asked: Asked): Reply {
  const { method, path } = asked;
  if (path === 'WhoAmI' && method === 'GET')
    return { status: 200, json: { BusinessUnitId: ZERO, UserId: ZERO, OrganizationId: ZERO } };
  const [, table] = /^EntityDefinitions\(LogicalName='(\w+)'\)\/Attributes$/.exec(path) ?? [];
  if (table !== undefined && method === 'GET') return attributes(store, table, asked.parameters);

  const [, entitySet = '', id, action] = /^(\w+)(?:\(([0-9a-f-]{36})\)(\/.*)?)?$/i.exec(path) ?? [];
  if (!isEntitySet(entitySet))
    throw new Refusal(404, '0x8006088a', `Resource not found for the segment '${path.split(/[(/]/)[0]}'.`);
  if (action !== undefined) {
    if (entitySet !== 'serviceendpoints' || action !== CHECK || method !== 'POST' || id === undefined)
      throw new Refusal(404, '0x8006088a', `Resource not found for the segment '${action.slice(1)}'.`);
    findRow(store, entitySet, id);
    if (store.switches.endpointCheck === 'refuses') throw brokenRule('The service endpoint is not complete.');
    startEndpointCheck(store);
    return { status: 204 };
  }
  if (method !== 'GET' && !TABLES[entitySet].isWritable)
    throw new Refusal(405, '0x80040800', `The table ${TABLES[entitySet].logicalName} cannot be written.`);
  return id === undefined ? onCollection(store, entitySet, asked) : onRow(store, entitySet, id, asked);
}
