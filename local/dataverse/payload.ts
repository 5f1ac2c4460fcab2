import { GUID } from '../../src/external-id.ts';
import { isObject } from '../../src/json.ts';
import { badPayload, Refusal } from './refusal.ts';
import { findRow, isEntitySet, type Store, type StoredRow, tableOf } from './store.ts';
import type { Column, EntitySet, Table } from './table.ts';
import { attributeOf } from './table.ts';

const BIND = /^\/?(\w+)\(([0-9a-f-]{36})\)$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The value as it is stored. Throws `Refusal` for what the column cannot hold. */
function storedValue(logicalName: string, name: string, column: Column, value: unknown): unknown {
  if (value === null) return null;
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
      return value;
    case 'yesNo':
      if (typeof value !== 'boolean') throw wrongType('Edm.Boolean');
      return value;
    case 'choice':
    case 'whole':
      if (!Number.isInteger(value)) throw wrongType('Edm.Int32');
      if (column.type === 'choice' && !column.values.includes(value as number))
        throw new Refusal(
          400,
          '0x8004431a',
          `A validation error occurred. The value of '${name}' on record of type '${logicalName}' is outside the valid range. Accepted Values: ${column.values.join(',')}`,
        );
      return value;
    case 'choices': {
      const options = typeof value === 'string' ? value.split(',').map(Number) : [];
      if (options.length === 0 || options.some((option) => !column.values.includes(option)))
        throw wrongType('list of options');
      return options.join(',');
    }
    case 'decimal':
    case 'money':
    case 'double':
    case 'bigInt':
      if (typeof value !== 'number') throw wrongType('Edm.Decimal');
      return value;
    case 'guid':
      if (typeof value !== 'string' || !GUID.test(value)) throw wrongType('Edm.Guid');
      return value.toLowerCase();
    case 'dateTime': {
      const isDay = column.behavior === 'DateOnly';
      if (
        typeof value !== 'string' ||
        !(isDay ? DAY : INSTANT).test(value) ||
        Number.isNaN(Date.parse(value))
      )
        throw wrongType(isDay ? 'Edm.Date' : 'Edm.DateTimeOffset');
      // Whole seconds, as Dataverse keeps them.
      return isDay ? value : `${value.slice(0, 19)}Z`;
    }
  }
}

function readBind(store: Store, table: Table, name: string, value: unknown): [string, string] {
  const property = name.slice(0, -'@odata.bind'.length);
  const lookup = Object.hasOwn(table.lookups, property) ? table.lookups[property] : undefined;
  if (!lookup || lookup.readOnly)
    throw badPayload(
      `An undeclared property '${property}' which only has property annotations in the payload but no property value was found in the payload of '${table.logicalName}'. Names of navigation properties are case sensitive.`,
    );
  const [, target = '', id = ''] = BIND.exec(String(value)) ?? [];
  if (!isEntitySet(store, target) || target !== lookup.entitySet)
    throw badPayload(`'${name}' should refer to ${lookup.entitySet}, not to '${String(value)}'.`);
  findRow(store, target, id);
  return [lookup.column, id.toLowerCase()];
}

function readColumn(table: Table, name: string, value: unknown): [string, unknown] {
  const { columns, logicalName, id } = table;
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column || name === id)
    throw badPayload(
      `Invalid property '${name}' was found in entity 'Microsoft.Dynamics.CRM.${logicalName}'. The property does not exist, or cannot be written.`,
    );
  if ('readOnly' in column) throw badPayload(`'${name}' is read-only.`);
  return [name, storedValue(logicalName, name, column, value)];
}

/**
 * The columns of a Web API payload as they are stored: lookups are set by `NAVIGATION@odata.bind`, cleared by
 * `NAVIGATION: null`. Refuses every name and value that the table does not have.
 */
export function readPayload(store: Store, entitySet: EntitySet, payload: unknown): StoredRow {
  const table = tableOf(store, entitySet);
  if (!isObject(payload)) throw badPayload('The request has no JSON object as its body.');
  const entries = Object.entries(payload)
    .filter(([name]) => !name.startsWith('@'))
    .map(([name, value]): [string, unknown] => {
      if (name.endsWith('@odata.bind')) return readBind(store, table, name, value);
      const lookup = Object.hasOwn(table.lookups, name) ? table.lookups[name] : undefined;
      if (lookup && !lookup.readOnly && value === null) return [lookup.column, null];
      return readColumn(table, name, value);
    });
  const row = Object.fromEntries(entries);
  return store.switches.lists === 'sorted' ? sortLists(row) : row;
}

/** The same for people: columns by logical name, a lookup as the id of the row that it is set to. */
export function readColumns(
  store: Store,
  entitySet: EntitySet,
  columns: Readonly<Record<string, unknown>>,
): StoredRow {
  const table = tableOf(store, entitySet);
  const entries = Object.entries(columns).map(([name, value]): [string, unknown] => {
    const lookup = Object.values(table.lookups).find(({ column }) => attributeOf(column) === name);
    if (!lookup) return readColumn(table, name, value);
    if (value === null) return [lookup.column, null];
    findRow(store, lookup.entitySet, String(value));
    return [lookup.column, String(value).toLowerCase()];
  });
  return Object.fromEntries(entries);
}

function sortLists(row: StoredRow): StoredRow {
  const sorted = Object.entries(row).map(([name, value]) =>
    (name === 'attributes' || name === 'filteringattributes') && typeof value === 'string'
      ? [name, value.split(',').toSorted().join(', ')]
      : [name, value],
  );
  return Object.fromEntries(sorted);
}
