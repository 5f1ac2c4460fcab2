/** An execution context with the members that the connector reads, as an object to be changed and made JSON of. */
export function contextJson(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    CorrelationId: '33333333-cccc-4ccc-8ccc-000000000001',
    Depth: 2,
    InputParameters: [{ key: 'Target', value: entityJson({ msdyn_effort: 8 }) }],
    MessageName: 'Update',
    Mode: 1,
    OperationCreatedOn: '/Date(1772445600000+0000)/',
    OperationId: '33333333-cccc-4ccc-8ccc-000000000002',
    OrganizationName: 'unqexampleworks',
    PostEntityImages: [{ key: 'PostImage', value: entityJson({ msdyn_effort: 8 }) }],
    PreEntityImages: [{ key: 'PreImage', value: entityJson({ msdyn_effort: 7 }) }],
    PrimaryEntityId: 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01',
    PrimaryEntityName: 'msdyn_resourceassignment',
    RequestId: '33333333-cccc-4ccc-8ccc-000000000003',
    Stage: 40,
    ...over,
  };
}

export function entityJson(columns: Readonly<Record<string, unknown>>) {
  return {
    __type: 'Entity:http://schemas.microsoft.com/xrm/2011/Contracts',
    Attributes: Object.entries(columns).map(([key, value]) => ({ key, value })),
    Id: 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01',
    LogicalName: 'msdyn_resourceassignment',
  };
}
