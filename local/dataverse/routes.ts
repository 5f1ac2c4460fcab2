import { GUID } from '../../src/external-id.ts';
import { isObject } from '../../src/json.ts';
import { checkPrivilege, checkPrivileges, checkRowAccess } from './access.ts';
import { createRow, deleteRow, restoreRow, updateRow, type WriteOptions } from './data-rows.ts';
import { readMetadata } from './metadata.ts';
import { readOrganization } from './organization.ts';
import { readPayload } from './payload.ts';
import type { Organization } from './post-event.ts';
import { readList } from './read-list.ts';
import { badPayload, badQuery, brokenRule, noSegment, Refusal } from './refusal.ts';
import { createComponent, deleteComponent, updateComponent } from './registration-rows.ts';
import type { Asked, Reply } from './request.ts';
import { etagOf, rowWriter, withEtag } from './row-json.ts';
import { contextColumns, expandedSets, requestedShape } from './shape.ts';
import { findRow, findTable, isEntitySet, type Store, type StoredRow, tableOf } from './store.ts';
import { advanceJobs, startEndpointCheck } from './system-jobs.ts';
import type { EntitySet } from './table.ts';

const CHECK = '/Microsoft.Dynamics.CRM.TriggerServiceEndpointCheck';
/** A caller may leave out custom steps (Dataverse docs, bypass-custom-business-logic). */
const BYPASS = 'mscrm.bypassbusinesslogicexecution';

const ENTRA_ID = 'azureactivedirectoryobjectid';

const ROW_OPTIONS = ['$select', '$expand'];

function checkReading(store: Store, entitySet: EntitySet, asked: Asked): void {
  const shape = requestedShape(store, entitySet, asked.parameters);
  checkPrivileges(store, 'Read', [entitySet, ...expandedSets(shape)]);
}

function writeOptions(store: Store, { header }: Asked): WriteOptions {
  const bypass = header(BYPASS);
  if (bypass === undefined) return {};
  checkPrivilege(store, 'prvBypassCustomBusinessLogic', 'organization');
  return { withEvent: !bypass.split(',').includes('CustomAsync') };
}

function rowReply(store: Store, entitySet: EntitySet, row: StoredRow, asked: Asked): Reply {
  const shape = requestedShape(store, entitySet, asked.parameters);
  const members = withEtag(row, rowWriter(store, shape, asked.prefer)(row));
  const context = `"@odata.context":"${asked.base}$metadata#${entitySet}${contextColumns(shape)}/$entity"`;
  return { status: 200, text: `{${context},${members}}` };
}

function made(store: Store, entitySet: EntitySet, row: StoredRow, asked: Asked): Reply {
  const headers = {
    'odata-entityid': `${asked.base}${entitySet}(${row[tableOf(store, entitySet).id]})`,
  };
  if (!asked.prefer.wantsRow) return { status: 204, headers };
  return { ...rowReply(store, entitySet, row, asked), status: 201, headers };
}

function create(store: Store, entitySet: EntitySet, asked: Asked, id?: string): Reply {
  checkPrivileges(store, 'Create', [entitySet]);
  const { [tableOf(store, entitySet).id]: own, ...payload } = isObject(asked.payload) ? asked.payload : {};
  const wanted = id ?? (typeof own === 'string' ? own : undefined);
  const given = readPayload(store, entitySet, isObject(asked.payload) ? payload : asked.payload);
  const row = tableOf(store, entitySet).hasEvents
    ? createRow(store, entitySet, given, {
        ...writeOptions(store, asked),
        ...(wanted !== undefined && { id: wanted }),
      })
    : createComponent(store, entitySet, given, wanted);
  return made(store, entitySet, row, asked);
}

function onCollection(store: Store, entitySet: EntitySet, asked: Asked): Reply {
  if (asked.method === 'GET') {
    checkReading(store, entitySet, asked);
    if (entitySet === 'asyncoperations') advanceJobs(store);
    return readList(store, entitySet, asked);
  }
  if (asked.method !== 'POST') throw new Refusal(405, '0x80060888', `${asked.method} is not allowed here.`);
  return create(store, entitySet, asked);
}

function readRow(store: Store, entitySet: EntitySet, id: string, asked: Asked): Reply {
  const unknown = [...asked.parameters.keys()].find((name) => !ROW_OPTIONS.includes(name));
  if (unknown !== undefined) throw badQuery(`The query parameter '${unknown}' is not known here.`);
  checkReading(store, entitySet, asked);
  const row = findRow(store, entitySet, id);
  checkRowAccess(store, id);
  // Never with $expand or annotations (Dataverse docs, conditional operations).
  const isPlain = !asked.parameters.has('$expand') && asked.prefer.applied === undefined;
  if (isPlain && asked.header('if-none-match') === etagOf(row)) return { status: 304 };
  return rowReply(store, entitySet, row, asked);
}

function patch(store: Store, entitySet: EntitySet, id: string, asked: Asked): Reply {
  const ifMatch = asked.header('if-match');
  // Without If-Match a PATCH makes the row when it is not there.
  const isThere = store.rows[entitySet].has(id.toLowerCase());
  if (!isThere && ifMatch === undefined) return create(store, entitySet, asked, id);
  const row = findRow(store, entitySet, id);
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row))
    throw new Refusal(
      412,
      '0x80060882',
      "The version of the existing record doesn't match the RowVersion property provided.",
    );
  checkPrivileges(store, 'Write', [entitySet]);
  const given = readPayload(store, entitySet, asked.payload);
  if (!tableOf(store, entitySet).hasEvents) updateComponent(store, entitySet, id, given);
  else {
    const after = updateRow(store, entitySet, id, given, writeOptions(store, asked));
    if (asked.prefer.wantsRow) return rowReply(store, entitySet, after, asked);
  }
  return { status: 204 };
}

function onRow(store: Store, entitySet: EntitySet, id: string, asked: Asked): Reply {
  switch (asked.method) {
    case 'GET':
      return readRow(store, entitySet, id, asked);
    case 'PATCH':
      return patch(store, entitySet, id, asked);
    case 'DELETE':
      checkPrivileges(store, 'Delete', [entitySet]);
      if (tableOf(store, entitySet).hasEvents) deleteRow(store, entitySet, id, writeOptions(store, asked));
      else deleteComponent(store, entitySet, id);
      return { status: 204 };
    default:
      throw new Refusal(405, '0x80060888', `${asked.method} is not allowed here.`);
  }
}

/**
 * The action `Restore`: `{"Target": {"@odata.type": "Microsoft.Dynamics.CRM.t", "tid": "…", …columns that are
 * overridden}}`.
 */
function restore(store: Store, asked: Asked): Reply {
  const target = isObject(asked.payload) ? asked.payload.Target : undefined;
  const type = isObject(target) ? String(target['@odata.type']) : '';
  const found = findTable(store, type.replace(/^#?Microsoft\.Dynamics\.CRM\./, ''));
  if (!found || !isObject(target)) throw badPayload('Target should be a row with its @odata.type.');
  const [entitySet, table] = found;
  const { [table.id]: id, ...given } = target;
  checkPrivileges(store, 'Create', [entitySet]);
  restoreRow(store, entitySet, String(id), readPayload(store, entitySet, given), writeOptions(store, asked));
  return {
    status: 200,
    json: { '@odata.context': `${asked.base}$metadata#Microsoft.Dynamics.CRM.RestoreResponse` },
  };
}

function checkEndpoint(store: Store, id: string): Reply {
  findRow(store, 'serviceendpoints', id);
  if (store.switches.endpointCheck === 'refuses') throw brokenRule('The service endpoint is not complete.');
  startEndpointCheck(store);
  return { status: 204 };
}

function metadata(store: Store, asked: Asked): Reply {
  if (asked.method !== 'GET') throw new Refusal(405, '0x80060888', 'Metadata can only be read here.');
  checkPrivilege(store, 'prvReadEntity', 'entity');
  const whole = `${asked.path} ${asked.parameters.get('$expand') ?? ''}`;
  if (whole.includes('Attributes')) checkPrivilege(store, 'prvReadAttribute', 'attribute');
  if (whole.includes('Relationships')) checkPrivilege(store, 'prvReadRelationship', 'relationship');
  return readMetadata(store, asked);
}

/** Answers one request of a user who may come in. Throws `Refusal`. */
export function answer(store: Store, asked: Asked, organization: Organization): Reply {
  const { method, path } = asked;
  const told = readOrganization(store, asked, organization);
  if (told) return told;
  if (path === 'Restore' && method === 'POST') return restore(store, asked);
  if (/^(WhoAmI|Restore|RetrieveCurrentOrganization)\b/.test(path))
    throw new Refusal(
      404,
      '',
      `No HTTP resource was found that matches the request URI '${asked.base}${path}'.`,
    );
  if (/^EntityDefinitions\b/.test(path)) return metadata(store, asked);

  const [, entitySet = '', key, action] = /^(\w+)(?:\(([^)]*)\)(\/.*)?)?$/.exec(path) ?? [];
  if (!isEntitySet(store, entitySet)) throw noSegment(path.split(/[(/]/)[0] ?? '');
  if (key === undefined) return onCollection(store, entitySet, writable(store, entitySet, asked));
  const id = readKey(store, entitySet, key);
  if (action === undefined) return onRow(store, entitySet, id, writable(store, entitySet, asked));
  if (entitySet !== 'serviceendpoints' || action !== CHECK || method !== 'POST')
    throw noSegment(action.slice(1));
  return checkEndpoint(store, id);
}

/**
 * The id that a key stands for. No table has an alternate key here, and users are found by their Entra id.
 */
function readKey(store: Store, entitySet: EntitySet, key: string): string {
  if (GUID.test(key)) return key;
  const [, name = '', value = ''] = /^(\w+)='?([^',]*)'?$/.exec(key) ?? [];
  if (entitySet === 'systemusers' && name === ENTRA_ID && GUID.test(value)) return ensureUser(store, value);
  if (name === '') throw new Refusal(400, '0x80060888', 'Error in query syntax.');
  throw new Refusal(404, '0x80060891', 'A record with the specified key values does not exist.');
}

/** Looking a user up by its Entra id makes one that is not there (a trap of the real one). */
function ensureUser(store: Store, value: string): string {
  const entraId = value.toLowerCase();
  for (const [id, row] of store.rows.systemusers) if (row[ENTRA_ID] === entraId) return id;
  const row = createRow(store, 'systemusers', { [ENTRA_ID]: entraId, domainname: `${entraId}@example.com` });
  return String(row.systemuserid);
}

function writable(store: Store, entitySet: EntitySet, asked: Asked): Asked {
  const { isWritable, logicalName } = tableOf(store, entitySet);
  if (asked.method === 'GET' || isWritable) return asked;
  throw new Refusal(405, '0x80040800', `The table ${logicalName} cannot be written.`);
}
