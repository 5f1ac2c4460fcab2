import type { RowEvent, TeamRow } from './history.ts';

const CONTRACTS = 'http://schemas.microsoft.com/xrm/2011/Contracts';
const TABLE = 'msdyn_projectteam';
const PERCENTAGE_CAPACITY = 192_350_004;
const DISTRIBUTE_EVENLY = 192_350_003;

const reference = (LogicalName: string, Id: string) => ({
  __type: `EntityReference:${CONTRACTS}`,
  Id,
  KeyAttributes: [],
  LogicalName,
  Name: null,
  RowVersion: null,
});

const option = (Value: number) => ({ __type: `OptionSetValue:${CONTRACTS}`, Value });

const date = (ms: number) => `/Date(${ms})/`;

function columns(record: string, row: TeamRow, version: number | undefined, modifiedOn: number) {
  const { share } = row;
  return [
    { key: 'msdyn_projectteamid', value: record },
    ...(row.user === null
      ? []
      : [{ key: 'msdyn_bookableresourceid', value: reference('bookableresource', row.user) }]),
    { key: 'msdyn_project', value: reference('msdyn_project', row.project) },
    ...('percentage' in share
      ? [
          { key: 'msdyn_allocationmethod', value: option(PERCENTAGE_CAPACITY) },
          { key: 'msdyn_percentage', value: share.percentage },
        ]
      : [
          { key: 'msdyn_allocationmethod', value: option(DISTRIBUTE_EVENLY) },
          { key: 'msdyn_requiredhours', value: share.hours },
          { key: 'msdyn_start', value: date(Date.parse(share.start)) },
          { key: 'msdyn_finish', value: date(Date.parse(share.finish)) },
        ]),
    { key: 'statecode', value: option(row.active ? 0 : 1) },
    { key: 'modifiedon', value: date(modifiedOn) },
    ...(version === undefined ? [] : [{ key: 'versionnumber', value: version }]),
  ];
}

function image(alias: string, record: string, attributes: ReturnType<typeof columns>) {
  const value = {
    Attributes: attributes,
    EntityState: null,
    FormattedValues: [],
    Id: record,
    KeyAttributes: [],
    LogicalName: TABLE,
  };
  return [{ key: alias, value }];
}

/** The body that Dataverse posts for an event of a project team row, as JSON bytes. */
export function dataverseBody(event: RowEvent): Buffer {
  const { record, message, before, after, versions, modifiedOn, operation = record } = event;
  const target = after
    ? {
        __type: `Entity:${CONTRACTS}`,
        Attributes: [
          ...columns(record, after, undefined, modifiedOn.after),
          // A Target names the column that it empties, an image leaves empty columns out.
          ...(after.user === null ? [{ key: 'msdyn_bookableresourceid', value: null }] : []),
        ],
        Id: record,
        LogicalName: TABLE,
      }
    : reference(TABLE, record);
  return Buffer.from(
    JSON.stringify({
      CorrelationId: '6f0f4b52-4f3a-4b5e-9a62-6d1f0b8f4a10',
      Depth: 1,
      InputParameters: [{ key: 'Target', value: target }],
      MessageName: message,
      Mode: 1,
      OperationId: operation,
      OrganizationName: 'unqmodel',
      PostEntityImages: after
        ? image('PostImage', record, columns(record, after, versions.after, modifiedOn.after))
        : [],
      PreEntityImages:
        before && message !== 'Create'
          ? image('PreImage', record, columns(record, before, versions.before, modifiedOn.before))
          : [],
      PrimaryEntityId: record,
      PrimaryEntityName: TABLE,
      RequestId: '0d5f3f52-98a4-4e6c-b7a3-1a7d6f3c2b12',
      Stage: 40,
    }),
  );
}
