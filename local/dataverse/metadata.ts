import { isObject } from '../../src/json.ts';
import { guidOf } from '../events/cast.ts';
import { badQuery, noSegment, Refusal } from './refusal.ts';
import type { Asked, Reply } from './request.ts';
import { findTable, type Store, tableOf } from './store.ts';
import { attributeOf, type Column, type EntitySet, type Table } from './table.ts';

// Metadata as far as clients of rows need it (Dataverse docs, query table definitions).

type Definition = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<Column['type'], string>> = {
  text: 'String',
  choice: 'Picklist',
  whole: 'Integer',
  decimal: 'Decimal',
  money: 'Money',
  double: 'Double',
  choices: 'Virtual',
  bigInt: 'BigInt',
  yesNo: 'Boolean',
  guid: 'Uniqueidentifier',
  dateTime: 'DateTime',
};

const managed = (Value: unknown) => ({ Value, CanBeChanged: false });

function attribute(table: Table, name: string, type: string, more: Definition = {}): Definition {
  return {
    MetadataId: guidOf(`attribute ${table.logicalName} ${name}`),
    LogicalName: name,
    SchemaName: name,
    AttributeType: type,
    EntityLogicalName: table.logicalName,
    IsPrimaryId: name === table.id,
    IsPrimaryName: name === table.primaryName,
    IsValidForRead: true,
    RequiredLevel: managed(table.required.includes(name) ? 'ApplicationRequired' : 'None'),
    ...more,
  };
}

function columnAttribute(table: Table, name: string, column: Column): Definition {
  const type = column.type === 'choice' ? (column.is ?? 'Picklist') : TYPES[column.type];
  if (column.type !== 'dateTime') return attribute(table, name, type);
  return attribute(table, name, type, {
    Format: column.format,
    DateTimeBehavior: { Value: column.behavior },
  });
}

function attributesOf(store: Store, table: Table): Definition[] {
  const all = [
    attribute(table, table.id, 'Uniqueidentifier'),
    ...Object.entries(table.columns).map(([name, column]) => columnAttribute(table, name, column)),
    ...Object.values(table.lookups).map(({ column, entitySet }) =>
      attribute(table, attributeOf(column), attributeOf(column) === 'ownerid' ? 'Owner' : 'Lookup', {
        Targets: [store.tables.get(entitySet)?.logicalName ?? entitySet],
      }),
    ),
  ];
  const { securedColumns } = store.switches;
  return all.map((one) => ({
    ...one,
    IsSecured: securedColumns.includes(`${table.logicalName}.${one.LogicalName}`),
  }));
}

function relationshipsOf(store: Store, table: Table): Definition[] {
  return Object.entries(table.lookups).flatMap(([navigation, { column, entitySet }]) => {
    const referenced = store.tables.get(entitySet);
    if (!referenced) return [];
    return [
      {
        MetadataId: guidOf(`relationship ${table.logicalName} ${column}`),
        SchemaName: `${referenced.logicalName}_${table.logicalName}_${attributeOf(column)}`,
        ReferencingEntity: table.logicalName,
        ReferencingAttribute: attributeOf(column),
        ReferencingEntityNavigationPropertyName: navigation,
        ReferencedEntity: referenced.logicalName,
        ReferencedAttribute: referenced.id,
      },
    ];
  });
}

function entityOf(entitySet: EntitySet, table: Table): Definition {
  return {
    MetadataId: guidOf(`entity ${table.logicalName}`),
    LogicalName: table.logicalName,
    EntitySetName: entitySet,
    PrimaryIdAttribute: table.id,
    PrimaryNameAttribute: table.primaryName ?? null,
    ChangeTrackingEnabled: false,
    CanChangeTrackingBeEnabled: managed(true),
  };
}

/** The members that `$select` names, and `MetadataId`, which always comes. */
function selected(definitions: readonly Definition[], select: string | null | undefined): Definition[] {
  if (!select) return [...definitions];
  const names = ['MetadataId', ...select.split(',').map((name) => name.trim())];
  return definitions.map((definition) =>
    Object.fromEntries(
      names.map((name) => {
        if (definition[name] === undefined) throw badQuery(`Could not find a property named '${name}'.`);
        return [name, definition[name]];
      }),
    ),
  );
}

const CONDITION = /^([\w/]+) eq (?:[\w.]+)?'([^']*)'$/;

/**
 * `X eq 'text'` and `X eq Microsoft.Dynamics.CRM.AttributeTypeCode'Lookup'`, joined by `or`; managed
 * properties by `X/Value`.
 */
function filtered(definitions: readonly Definition[], filter: string | null): Definition[] {
  if (filter === null) return [...definitions];
  const conditions = filter.split(' or ').map((text) => {
    const [, name, value] = CONDITION.exec(text.trim()) ?? [];
    if (name === undefined) throw badQuery(`Syntax error in '${filter}' (for metadata only eq and or).`);
    return { name, value };
  });
  const read = (definition: Definition, name: string) => {
    const [first = '', inner] = name.split('/');
    const value = definition[first];
    return inner !== undefined && isObject(value) ? value[inner] : value;
  };
  return definitions.filter((definition) =>
    conditions.some(({ name, value }) => String(read(definition, name)) === value),
  );
}

function collectionOf(store: Store, table: Table, segment: string): Definition[] {
  const [name = '', cast] = segment.split('/');
  if (name === 'ManyToOneRelationships' && cast === undefined) return relationshipsOf(store, table);
  if (name !== 'Attributes') throw noSegment(name);
  const all = attributesOf(store, table);
  if (cast === undefined) {
    // Without a cast the members of a type are not there.
    return all.map(({ Format: _, DateTimeBehavior: __, Targets: ___, ...base }) => base);
  }
  const [, type] = /^Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata$/.exec(cast) ?? [];
  return all.filter(({ AttributeType }) => AttributeType === type);
}

function expanded(store: Store, table: Table, expand: string | null): Definition {
  if (expand === null) return {};
  const parts = [...expand.matchAll(/(\w+)(?:\(\$select=([^)]*)\))?(?:,|$)/g)];
  return Object.fromEntries(
    parts.map(([, name = '', select]) => [name, selected(collectionOf(store, table, name), select)]),
  );
}

function definedTable(store: Store, logicalName: string): [EntitySet, Table] {
  const found = findTable(store, logicalName);
  if (found) return found;
  throw new Refusal(
    404,
    '0x80041102',
    `The entity with a name = '${logicalName}' with namemapping = 'Logical' was not found in the MetadataCache.`,
  );
}

/** Answers `EntityDefinitions…`. Throws `Refusal`. */
export function readMetadata(store: Store, { path, parameters, base }: Asked): Reply {
  const context = (rest: string) => ({ '@odata.context': `${base}$metadata#${rest}` });
  const select = parameters.get('$select');
  const filter = parameters.get('$filter');
  if (path === 'EntityDefinitions') {
    const all = [...store.tables].map(([entitySet]) => entityOf(entitySet, tableOf(store, entitySet)));
    const value = selected(filtered(all, filter), select);
    return { status: 200, json: { ...context('EntityDefinitions'), value } };
  }
  const [, logicalName = '', segment] =
    /^EntityDefinitions\(LogicalName='(\w+)'\)(?:\/([\w./]+))?$/.exec(path) ?? [];
  const [entitySet, table] = definedTable(store, logicalName);
  if (segment === undefined) {
    const [definition] = selected([entityOf(entitySet, table)], select);
    const more = expanded(store, table, parameters.get('$expand'));
    return { status: 200, json: { ...context('EntityDefinitions/$entity'), ...definition, ...more } };
  }
  const value = selected(filtered(collectionOf(store, table, segment), filter), select);
  return {
    status: 200,
    json: { ...context(`EntityDefinitions('${logicalName}')/${segment.split('/')[0]}`), value },
  };
}
