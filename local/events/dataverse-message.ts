import { guidOf, type NamedRow, ORGANIZATION, UNIT, USER } from './cast.ts';

const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';

type Value =
  | string
  | number
  | boolean
  | null
  | Date
  | NamedRow
  | { readonly option: number }
  | { readonly options: readonly number[] }
  | { readonly money: number };

/**
 * Columns of a row as plain values: lookups are `NamedRow`, choices `{ option }`, dates `Date`, cleared
 * columns null.
 */
export type Columns = Readonly<Record<string, Value>>;

/** One change of one row, as the platform sees it. */
export interface RowChange {
  readonly message: 'Create' | 'Update' | 'Delete' | 'SetState' | 'Restore';
  readonly table: string;
  readonly id: string;
  /** Columns that were set; none for a Delete. */
  readonly target: Columns;
  /**
   * Columns of the images under the aliases PreImage and PostImage, unless `images` says what the step has.
   */
  readonly pre?: Columns;
  readonly post?: Columns;
  /** By alias. */
  readonly images?: {
    readonly pre: Readonly<Record<string, Columns>>;
    readonly post: Readonly<Record<string, Columns>>;
  };
  readonly primaryName: string;
  /** Column of the primary name. Default: `msdyn_name`. */
  readonly primaryNameColumn?: string;
  readonly at: Date;
  /** Makes the ids of this event. */
  readonly label: string;
  /** The step that posts it. Default: one that is named after message and table. */
  readonly step?: NamedRow;
  /** Default: the organization of the samples. */
  readonly organization?: { readonly id: string; readonly name: string };
}

const date = (at: Date, offset = ''): string => `/Date(${at.getTime()}${offset})/`;

/** Names of lookups are null in a Target and filled in images. */
function reference({ table, id, name }: NamedRow, withName: boolean) {
  return {
    __type: `EntityReference:${CONTRACTS}`,
    Id: id,
    KeyAttributes: [],
    LogicalName: table,
    Name: withName && name !== '' ? name : null,
    RowVersion: null,
  };
}

const optionValue = (Value: number) => ({ __type: `OptionSetValue:${CONTRACTS}`, Value });

/** A value as the serializer writes it. */
function serialized(value: Value, withNames: boolean): unknown {
  if (value instanceof Date) return date(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('option' in value) return optionValue(value.option);
  if ('options' in value) return value.options.map(optionValue);
  if ('money' in value) return { __type: `Money:${CONTRACTS}`, Value: value.money };
  return reference(value, withNames);
}

function attributes(columns: Columns, withNames: boolean) {
  // An image leaves out columns that are empty; a Target names them.
  const kept = Object.entries(columns).filter(([, value]) => value !== null || !withNames);
  return kept.map(([key, value]) => ({ key, value: serialized(value, withNames) }));
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

function images(change: RowChange, when: 'pre' | 'post') {
  const alias = when === 'pre' ? 'PreImage' : 'PostImage';
  const own = change.images?.[when] ?? (change[when] ? { [alias]: change[when] } : {});
  if (Object.keys(own).length === 0) return [];
  // The asynchronous service adds an image of its own, in front or behind.
  const { primaryNameColumn = 'msdyn_name' } = change;
  const automatic = { [`${change.table}id`]: change.id, [primaryNameColumn]: change.primaryName };
  return [
    { key: 'AsynchronousStepPrimaryName', value: entity(change, automatic, true) },
    ...Object.entries(own).map(([key, columns]) => ({ key, value: entity(change, columns, true) })),
  ];
}

function inputParameters(change: RowChange, isOuter: boolean) {
  if (change.message === 'SetState') {
    const { statecode = null, statuscode = null } = change.target;
    return [
      { key: 'EntityMoniker', value: reference({ table: change.table, id: change.id, name: '' }, false) },
      ...attributes({ State: statecode, Status: statuscode }, false),
    ];
  }
  return [
    { key: 'Target', value: target(change, isOuter) },
    ...(isOuter ? [] : [{ key: 'SuppressDuplicateDetection', value: false }]),
  ];
}

const stepOf = ({ table, message }: RowChange): NamedRow => ({
  table: 'sdkmessageprocessingstep',
  id: guidOf(`step ${table} ${message}`),
  name: `COR: ${message} of ${table}`,
});

function context(change: RowChange, parent: object | null) {
  const { message, table, id, at, label, organization = ORGANIZATION } = change;
  const { step = stepOf(change) } = change;
  const isOuter = parent !== null;
  return {
    BusinessUnitId: UNIT.id,
    CorrelationId: guidOf(`correlation ${label}`),
    Depth: 1,
    InitiatingUserAgent: '',
    InitiatingUserAzureActiveDirectoryObjectId: guidOf('entra scheduling'),
    InitiatingUserId: USER.id,
    InputParameters: inputParameters(change, isOuter),
    IsExecutingOffline: false,
    IsInTransaction: false,
    IsOfflinePlayback: false,
    IsolationMode: 1,
    MessageName: message,
    Mode: 1,
    OperationCreatedOn: date(at, '+0000'),
    OperationId: guidOf(`operation ${label}`),
    OrganizationId: organization.id,
    OrganizationName: organization.name,
    OutputParameters: isOuter && message === 'Create' ? [{ key: 'id', value: id }] : [],
    OwningExtension: {
      Id: step.id,
      KeyAttributes: [],
      LogicalName: 'sdkmessageprocessingstep',
      Name: isOuter ? step.name : null,
      RowVersion: null,
    },
    ParentContext: parent,
    PostEntityImages: isOuter ? images(change, 'post') : [],
    PreEntityImages: isOuter ? images(change, 'pre') : [],
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

/**
 * The execution context that an asynchronous step on this change posts, members in the serializer's order.
 */
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
