import { isObject, type JsonObject } from '../json.ts';
import { readJsonDate } from './dates.ts';
import { type Entity, readEntity } from './entity.ts';
import { readGuid } from './guid.ts';

export interface EntityReference {
  readonly kind: 'entityReference';
  /** Lower-case GUID without braces. */
  readonly id: string;
  readonly logicalName: string;
  /** Primary name of the referenced row: often null in a Target, filled in images. */
  readonly name?: string;
}

/**
 * The value of a column. `null` says that the column is empty; a column that is not there was not changed
 * (Target), or is empty or not selected (image). Bare strings are told apart by pattern only, so ISO dates
 * stay strings: a text column may well hold one. `unknown` is a type that the connector has no use for.
 */
export type Value =
  | { readonly kind: 'null' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'guid'; readonly value: string }
  /** UTC epoch milliseconds. */
  | { readonly kind: 'date'; readonly value: number }
  | { readonly kind: 'optionSet'; readonly value: number }
  | { readonly kind: 'optionSets'; readonly values: readonly number[] }
  | { readonly kind: 'money'; readonly value: number }
  | { readonly kind: 'keyValuePair'; readonly key: string; readonly value: string }
  | { readonly kind: 'collection'; readonly entityName: string; readonly entities: readonly Entity[] }
  | { readonly kind: 'unknown' }
  | EntityReference
  | Entity;

const NULL: Value = { kind: 'null' };
const UNKNOWN: Value = { kind: 'unknown' };

/** `Money:http://schemas.microsoft.com/xrm/2011/Contracts` → `Money`. */
function typeName(value: JsonObject): string | undefined {
  const type = value.__type;
  if (typeof type !== 'string') return undefined;
  const end = type.indexOf(':');
  return end < 0 ? type : type.slice(0, end);
}

/** Reads an EntityReference, with or without `__type`. */
function readEntityReference(value: JsonObject): EntityReference | undefined {
  const id = readGuid(value.Id);
  if (id === undefined || typeof value.LogicalName !== 'string') return undefined;
  const name = value.Name;
  return {
    kind: 'entityReference',
    id,
    logicalName: value.LogicalName,
    ...(typeof name === 'string' && { name }),
  };
}

function readNumber(kind: 'optionSet' | 'money', value: unknown): Value {
  return typeof value === 'number' ? { kind, value } : UNKNOWN;
}

function readPair({ key, value }: JsonObject): Value {
  return typeof key === 'string' && typeof value === 'string'
    ? { kind: 'keyValuePair', key, value }
    : UNKNOWN;
}

function readCollection({ Entities, EntityName }: JsonObject): Value {
  if (!Array.isArray(Entities)) return UNKNOWN;
  return {
    kind: 'collection',
    entityName: typeof EntityName === 'string' ? EntityName : '',
    entities: Entities.flatMap((entity: unknown) => readEntity(entity) ?? []),
  };
}

/** Some serialisers wrap what has no members of its own: `{"__type":"Guid:#System","__value":"…"}`. */
function readWrapped({ __value }: JsonObject): Value {
  return typeof __value === 'string' ? readString(__value) : UNKNOWN;
}

function readTyped(value: JsonObject): Value {
  switch (typeName(value)) {
    case 'EntityReference':
      return readEntityReference(value) ?? UNKNOWN;
    case 'OptionSetValue':
      return readNumber('optionSet', value.Value);
    case 'Money':
      return readNumber('money', value.Value);
    case 'Entity':
      return readEntity(value) ?? UNKNOWN;
    case 'EntityCollection':
      return readCollection(value);
    case 'Guid':
    case 'DateTime':
      return readWrapped(value);
    case 'KeyValuePairOfstringstring':
      return readPair(value);
    default:
      return UNKNOWN;
  }
}

/** A multi-select choice is the one list that a column can hold. */
function readOptionSets(items: readonly unknown[]): Value {
  const values: number[] = [];
  for (const item of items) {
    const option = isObject(item) ? readTyped(item) : UNKNOWN;
    if (option.kind !== 'optionSet') return UNKNOWN;
    values.push(option.value);
  }
  return { kind: 'optionSets', values };
}

function readString(text: string): Value {
  if (text.startsWith('/Date(')) {
    const date = readJsonDate(text);
    if (date) return { kind: 'date', value: date.ms };
  }
  const guid = readGuid(text);
  return guid === undefined ? { kind: 'string', value: text } : { kind: 'guid', value: guid };
}

/**
 * Reads one raw JSON value of the DataContract serializer. Never throws; what lies deeper is read when it is
 * asked for.
 */
export function readValue(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
      return readString(raw);
    case 'number':
      return { kind: 'number', value: raw };
    case 'boolean':
      return { kind: 'boolean', value: raw };
    default:
      if (raw === null || raw === undefined) return NULL;
      if (Array.isArray(raw)) return readOptionSets(raw);
      return isObject(raw) ? readTyped(raw) : UNKNOWN;
  }
}

/** The value of a column; `undefined` when the entity does not carry it. */
export function readColumn(entity: Entity, column: string): Value | undefined {
  const raw = entity.columns.get(column);
  return raw === undefined ? undefined : readValue(raw);
}
