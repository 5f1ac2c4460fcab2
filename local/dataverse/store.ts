import { randomUUID } from 'node:crypto';
import { isObject } from '../../src/json.ts';
import { badPayload, brokenRule, notThere, Refusal } from './refusal.ts';
import { checkDeletion, checkRow } from './rules.ts';
import type { Switches } from './switches.ts';
import { type Column, type EntitySet, isEntitySet, TABLES } from './tables.ts';

/** Columns by name, lookups as `_…_value`; secrets stay in it and are never read out. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The content of the fake environment. */
export interface Store {
  readonly rows: Readonly<Record<EntitySet, Map<string, StoredRow>>>;
  /** Columns by logical name of the table. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  readonly switches: Switches;
}

const EVENTS = ['Create', 'Update', 'Delete'];

/** An environment with these tables and nothing registered. */
export function createStore(tables: Readonly<Record<string, readonly string[]>>, switches: Switches): Store {
  const rows = Object.fromEntries(Object.keys(TABLES).map((set) => [set, new Map()])) as Store['rows'];
  // Messages for which steps are not allowed stand beside those for which they are.
  for (const name of [...EVENTS, 'RetrieveExchangeRate']) {
    const sdkmessageid = randomUUID();
    rows.sdkmessages.set(sdkmessageid, { sdkmessageid, name });
    for (const table of ['account', ...Object.keys(tables)]) {
      const sdkmessagefilterid = randomUUID();
      rows.sdkmessagefilters.set(sdkmessagefilterid, {
        sdkmessagefilterid,
        primaryobjecttypecode: table,
        iscustomprocessingstepallowed: EVENTS.includes(name),
        _sdkmessageid_value: sdkmessageid,
      });
    }
  }
  const columns = Object.entries(tables).map(([table, names]) => [table, new Set(names)] as const);
  return { rows, tables: new Map(columns), switches };
}

export function findRow(store: Store, entitySet: EntitySet, id: string): StoredRow {
  const row = store.rows[entitySet].get(id.toLowerCase());
  if (!row) throw notThere(TABLES[entitySet].logicalName, id);
  return row;
}

function checkValue(logicalName: string, name: string, column: Column, value: unknown): void {
  if (value === null) return;
  const wrongType = (expected: string) =>
    badPayload(
      `Cannot convert the value of '${name}' of '${logicalName}' to the expected type '${expected}'.`,
    );
  switch (column.type) {
    case 'text':
      if (typeof value !== 'string') throw wrongType('Edm.String');
      if (value.length > column.max)
        throw new Refusal(
          400,
          '0x80044331',
          `A validation error occurred. The length of the '${name}' attribute of the '${logicalName}' entity exceeded the maximum allowed length of '${column.max}'.`,
        );
      return;
    case 'yesNo':
      if (typeof value !== 'boolean') throw wrongType('Edm.Boolean');
      return;
    case 'choice':
    case 'whole':
      if (!Number.isInteger(value)) throw wrongType('Edm.Int32');
      if (column.type === 'choice' && !column.values.includes(value as number))
        throw new Refusal(
          400,
          '0x8004431a',
          `A validation error occurred. The value of '${name}' on record of type '${logicalName}' is outside the valid range. Accepted Values: ${column.values.join(',')}`,
        );
  }
}

const BIND = /^\/?(\w+)\(([0-9a-f-]{36})\)$/i;

function readBind(store: Store, entitySet: EntitySet, name: string, value: unknown): [string, string] {
  const { lookups, logicalName } = TABLES[entitySet];
  const property = name.slice(0, -'@odata.bind'.length);
  const lookup = Object.hasOwn(lookups, property) ? lookups[property] : undefined;
  if (!lookup)
    throw badPayload(
      `An undeclared property '${property}' which only has property annotations in the payload but no property value was found in the payload of '${logicalName}'. Names of navigation properties are case sensitive.`,
    );
  const [, target = '', id = ''] = BIND.exec(String(value)) ?? [];
  if (!isEntitySet(target) || target !== lookup.entitySet)
    throw badPayload(`'${name}' should refer to ${lookup.entitySet}, not to '${String(value)}'.`);
  findRow(store, target, id);
  return [lookup.column, id.toLowerCase()];
}

/** The columns of a payload as they are stored. Refuses every name and value that the table does not have. */
function readPayload(store: Store, entitySet: EntitySet, payload: unknown): StoredRow {
  const { columns, logicalName, id } = TABLES[entitySet];
  if (!isObject(payload)) throw badPayload('The request has no JSON object as its body.');
  const entries = Object.entries(payload).map(([name, value]): [string, unknown] => {
    if (name.endsWith('@odata.bind')) return readBind(store, entitySet, name, value);
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (!column || name === id)
      throw badPayload(
        `Invalid property '${name}' was found in entity 'Microsoft.Dynamics.CRM.${logicalName}'. The property does not exist, or cannot be written.`,
      );
    if (column.type === 'yesNo' && column.readOnly) throw badPayload(`'${name}' is read-only.`);
    checkValue(logicalName, name, column, value);
    return [name, value];
  });
  const row = Object.fromEntries(entries);
  return store.switches.lists === 'sorted' ? sortLists(row) : row;
}

function sortLists(row: StoredRow): StoredRow {
  const sorted = Object.entries(row).map(([name, value]) =>
    (name === 'attributes' || name === 'filteringattributes') && typeof value === 'string'
      ? [name, value.split(',').toSorted().join(', ')]
      : [name, value],
  );
  return Object.fromEntries(sorted);
}

function save(store: Store, entitySet: EntitySet, id: string, row: StoredRow): StoredRow {
  const { required, logicalName } = TABLES[entitySet];
  const missing = required.find((name) => row[name] === undefined || row[name] === null || row[name] === '');
  if (missing !== undefined)
    throw new Refusal(400, '0x80044330', `The '${missing}' attribute of '${logicalName}' is required.`);
  checkRow(store, entitySet, id, row);
  const stored = entitySet === 'serviceendpoints' ? { ...row, issaskeyset: Boolean(row.saskey) } : row;
  store.rows[entitySet].set(id, stored);
  return stored;
}

export function createRow(
  store: Store,
  entitySet: EntitySet,
  payload: unknown,
  id: string = randomUUID(),
): StoredRow {
  const { id: idColumn } = TABLES[entitySet];
  const given = readPayload(store, entitySet, payload);
  const defaults =
    entitySet === 'sdkmessageprocessingsteps' ? { asyncautodelete: false, ...stateOf(store.switches) } : {};
  return save(store, entitySet, id, { ...defaults, ...given, [idColumn]: id });
}

const stateOf = ({ newSteps }: Switches) =>
  newSteps === 'enabled' ? { statecode: 0, statuscode: 1 } : { statecode: 1, statuscode: 2 };

export function updateRow(store: Store, entitySet: EntitySet, id: string, payload: unknown): void {
  const row = findRow(store, entitySet, id);
  const given = readPayload(store, entitySet, payload);
  if (
    entitySet === 'sdkmessageprocessingstepimages' &&
    store.switches.imageUpdates === 'withStep' &&
    !('_sdkmessageprocessingstepid_value' in given)
  )
    throw brokenRule('The step of the image is missing.');
  save(store, entitySet, id.toLowerCase(), { ...row, ...given });
}

export function deleteRow(store: Store, entitySet: EntitySet, id: string): void {
  findRow(store, entitySet, id);
  checkDeletion(store, entitySet, id.toLowerCase());
  store.rows[entitySet].delete(id.toLowerCase());
}
