export const USERS = {
  ada: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0001',
  bob: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0002',
} as const;
export const PROJECT = '7a3be5f0-5f0e-4c5b-8a53-6d1c2e3f0001';

/** Words in the bodies that must not get into any output. */
export const PERSONAL = ['Ada Lovelace', 'ada@example.com', 'Secret Merger'];

const lookup = (LogicalName: string, Id: string, Name: string) => ({
  __type: 'EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts',
  Id,
  KeyAttributes: [],
  LogicalName,
  Name,
  RowVersion: null,
});

/** The body of a new resource assignment, with names in its lookups, as Dataverse posts it. */
export function assignmentBody(user: string, record: string): Buffer {
  const attributes = [
    { key: 'msdyn_resourceassignmentid', value: record },
    { key: 'msdyn_bookableresourceid', value: lookup('bookableresource', user, 'Ada Lovelace') },
    { key: 'msdyn_projectid', value: lookup('msdyn_project', PROJECT, 'Secret Merger') },
    { key: 'msdyn_name', value: 'Ada Lovelace, ada@example.com' },
    { key: 'msdyn_effort', value: 40 },
    { key: 'msdyn_start', value: '/Date(1772409600000)/' },
    { key: 'msdyn_finish', value: '/Date(1772755200000)/' },
    {
      key: 'statecode',
      value: { __type: 'OptionSetValue:http://schemas.microsoft.com/xrm/2011/Contracts', Value: 0 },
    },
    { key: 'modifiedon', value: '/Date(1767571200000)/' },
    { key: 'versionnumber', value: 4711 },
  ];
  const row = {
    Id: record,
    LogicalName: 'msdyn_resourceassignment',
    Attributes: attributes,
    FormattedValues: [],
  };
  return Buffer.from(
    JSON.stringify({
      CorrelationId: '6f0f4b52-4f3a-4b5e-9a62-6d1f0b8f4a10',
      Depth: 1,
      InputParameters: [
        {
          key: 'Target',
          value: { __type: 'Entity:http://schemas.microsoft.com/xrm/2011/Contracts', ...row },
        },
      ],
      MessageName: 'Create',
      Mode: 1,
      OrganizationName: 'unqtest',
      PostEntityImages: [{ key: 'PostImage', value: row }],
      PreEntityImages: [],
      PrimaryEntityId: record,
      PrimaryEntityName: 'msdyn_resourceassignment',
      Stage: 40,
    }),
  );
}
