import { guidOf, type NamedRow } from './cast.ts';

const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';

/** Columns of a row as plain values: lookups are `NamedRow`, choices `{ option }`, dates `Date`, cleared columns null. */
export type Columns = Readonly<
  Record<string, string | number | boolean | null | Date | NamedRow | { readonly option: number }>
>;

/** One change of one row, as the platform sees it. */
export interface RowChange {
  readonly message: 'Create' | 'Update' | 'Delete';
  readonly table: string;
  readonly id: string;
  /** Columns that were set; none for a Delete. */
  readonly target: Columns;
  readonly pre?: Columns;
  readonly post?: Columns;
  readonly primaryName: string;
  readonly at: Date;
  /** Makes the ids of this event. */
  readonly label: string;
}

const USER: NamedRow = {
  table: 'systemuser',
  id: guidOf('systemuser scheduling'),
  name: 'Project scheduling',
};
const UNIT: NamedRow = { table: 'businessunit', id: guidOf('businessunit'), name: 'Example Works' };
const ORGANIZATION = guidOf('organization');

const date = (at: Date, offset = ''): string => `/Date(${at.getTime()}${offset})/`;

/** Names of lookups are null in a Target and filled in images. */
function reference({ table, id, name }: NamedRow, withName: boolean) {
  return {
    __type: `EntityReference:${CONTRACTS}`,
    Id: id,
    KeyAttributes: [],
    LogicalName: table,
    Name: withName ? name : null,
    RowVersion: null,
  };
}

function attributes(columns: Columns, withNames: boolean) {
  // An image leaves out columns that are empty; a Target names them.
  const kept = Object.entries(columns).filter(([, value]) => value !== null || !withNames);
  return kept.map(([key, value]) => {
    if (value instanceof Date) return { key, value: date(value) };
    if (typeof value !== 'object' || value === null) return { key, value };
    if ('option' in value)
      return { key, value: { __type: `OptionSetValue:${CONTRACTS}`, Value: value.option } };
    return { key, value: reference(value, withNames) };
  });
}

function entity(change: RowChange, columns: Columns, withNames: boolean) {
  return {
    Attributes: attributes(columns, withNames),
    EntityState: null,
    FormattedValues: [],
    Id: change.id,
    KeyAttributes: [],
    LogicalName: change.table,
    RelatedEntities: [],
    RowVersion: null,
  };
}

function target(change: RowChange, withSystemColumns: boolean) {
  if (change.message === 'Delete') return reference({ table: change.table, id: change.id, name: '' }, false);
  const system: Columns = {
    ...(change.message === 'Create' && {
      ownerid: USER,
      owningbusinessunit: UNIT,
      createdby: USER,
      createdon: change.at,
    }),
    modifiedon: change.at,
    modifiedby: USER,
    modifiedonbehalfby: null,
    [`${change.table}id`]: change.id,
  };
  const columns = withSystemColumns ? { ...change.target, ...system } : change.target;
  return { __type: `Entity:${CONTRACTS}`, ...entity(change, columns, false) };
}

function images(change: RowChange, alias: string, columns: Columns | undefined) {
  if (!columns) return [];
  // The asynchronous service adds an image of its own, in front or behind.
  const automatic = { [`${change.table}id`]: change.id, msdyn_name: change.primaryName };
  return [
    { key: 'AsynchronousStepPrimaryName', value: entity(change, automatic, true) },
    { key: alias, value: entity(change, columns, true) },
  ];
}

function context(change: RowChange, parent: object | null) {
  const { message, table, id, at, label, post, pre } = change;
  const isOuter = parent !== null;
  return {
    BusinessUnitId: UNIT.id,
    CorrelationId: guidOf(`correlation ${label}`),
    Depth: 1,
    InitiatingUserAgent: '',
    InitiatingUserAzureActiveDirectoryObjectId: guidOf('entra scheduling'),
    InitiatingUserId: USER.id,
    InputParameters: [
      { key: 'Target', value: target(change, isOuter) },
      ...(isOuter ? [] : [{ key: 'SuppressDuplicateDetection', value: false }]),
    ],
    IsExecutingOffline: false,
    IsInTransaction: false,
    IsOfflinePlayback: false,
    IsolationMode: 1,
    MessageName: message,
    Mode: 1,
    OperationCreatedOn: date(at, '+0000'),
    OperationId: guidOf(`operation ${label}`),
    OrganizationId: ORGANIZATION,
    OrganizationName: 'unqexampleworks',
    OutputParameters: isOuter && message === 'Create' ? [{ key: 'id', value: id }] : [],
    OwningExtension: {
      Id: guidOf(`step ${table} ${message}`),
      KeyAttributes: [],
      LogicalName: 'sdkmessageprocessingstep',
      Name: isOuter ? `COR: ${message} of ${table}` : null,
      RowVersion: null,
    },
    ParentContext: parent,
    PostEntityImages: isOuter ? images(change, 'PostImage', post) : [],
    PreEntityImages: isOuter ? images(change, 'PreImage', pre) : [],
    PrimaryEntityId: id,
    PrimaryEntityName: table,
    RequestId: guidOf(`request ${label}`),
    SecondaryEntityName: 'none',
    SharedVariables: [
      { key: 'IsAutoTransact', value: true },
      { key: 'AcceptLang', value: '' },
      ...(isOuter
        ? []
        : [
            {
              key: 'ChangedEntityTypes',
              value: [
                {
                  __type: 'KeyValuePairOfstringstring:#System.Collections.Generic',
                  key: table,
                  value: message,
                },
              ],
            },
          ]),
    ],
    Stage: isOuter ? 40 : 30,
    UserAzureActiveDirectoryObjectId: guidOf('entra scheduling'),
    UserId: USER.id,
  };
}

/** The execution context that an asynchronous step on this change posts, members in the serializer's order. */
export function executionContext(change: RowChange) {
  return context(change, context(change, null));
}

/** Over 192 KB the platform drops these members. */
export function truncated(change: RowChange) {
  return {
    ...executionContext(change),
    InputParameters: null,
    ParentContext: null,
    PostEntityImages: null,
    PreEntityImages: null,
  };
}

/** JSON text as the DataContract serializer writes it: on one line, slashes escaped. */
export function jsonBody(value: object): Buffer {
  return Buffer.from(JSON.stringify(value).replaceAll('/', '\\/'));
}
