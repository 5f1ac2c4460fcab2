import { describe, expect, it } from 'vitest';
import { date } from '../../../local/dataverse/table.ts';
import { openDataverse } from './open-dataverse.ts';

const TABLE = "EntityDefinitions(LogicalName='msdyn_resourceassignment')";
const DATES = `${TABLE}/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata?$select=LogicalName,Format,DateTimeBehavior`;

describe('metadata', () => {
  it('tells set, key, columns and the names by which rows are expanded', async () => {
    const { get } = await openDataverse();
    const { body } = await get(
      `${TABLE}?$select=EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled&$expand=Attributes($select=LogicalName,AttributeType),ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)`,
    );
    expect(body).toMatchObject({
      EntitySetName: 'msdyn_resourceassignments',
      PrimaryIdAttribute: 'msdyn_resourceassignmentid',
      MetadataId: expect.any(String),
    });
    const types = Object.fromEntries(
      body.Attributes.map(({ LogicalName, AttributeType }) => [LogicalName, AttributeType]),
    );
    expect(types).toMatchObject({
      msdyn_resourceassignmentid: 'Uniqueidentifier',
      msdyn_bookableresourceid: 'Lookup',
      msdyn_effort: 'Decimal',
      msdyn_start: 'DateTime',
      msdyn_committype: 'Picklist',
      statecode: 'State',
      statuscode: 'Status',
      versionnumber: 'BigInt',
      ownerid: 'Owner',
    });
    expect(body.ManyToOneRelationships).toContainEqual({
      MetadataId: expect.any(String),
      ReferencingAttribute: 'msdyn_bookableresourceid',
      ReferencedEntity: 'bookableresource',
      ReferencingEntityNavigationPropertyName: 'msdyn_bookableresourceid',
    });
    const resource = await get(
      "EntityDefinitions(LogicalName='bookableresource')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencingEntityNavigationPropertyName",
    );
    expect(resource.body.value).toContainEqual({
      MetadataId: expect.any(String),
      ReferencingAttribute: 'userid',
      ReferencingEntityNavigationPropertyName: 'UserId',
    });
  });

  it('tells how dates keep time zones', async () => {
    const { get } = await openDataverse({
      columns: {
        msdyn_resourceassignment: {
          msdyn_start: date('TimeZoneIndependent', 'DateAndTime'),
          new_day: date('DateOnly', 'DateOnly'),
        },
      },
    });
    const { body } = await get(DATES);
    const behaviors = Object.fromEntries(
      body.value.map(({ LogicalName, Format, DateTimeBehavior }) => [
        LogicalName,
        [Format, DateTimeBehavior],
      ]),
    );
    expect(behaviors).toMatchObject({
      msdyn_start: ['DateAndTime', { Value: 'TimeZoneIndependent' }],
      msdyn_finish: ['DateAndTime', { Value: 'UserLocal' }],
      msdyn_fromdate: ['DateOnly', { Value: 'UserLocal' }],
      new_day: ['DateOnly', { Value: 'DateOnly' }],
    });
  });

  it('has other names where the environment has', async () => {
    const { get } = await openDataverse({ navigation: { msdyn_projectid: 'msdyn_ProjectId' } });
    const { body } = await get(`${TABLE}/ManyToOneRelationships`);
    const found = body.value.find((one) => one.ReferencingAttribute === 'msdyn_projectid');
    expect(found?.ReferencingEntityNavigationPropertyName).toBe('msdyn_ProjectId');
    const list = 'msdyn_resourceassignments?$select=msdyn_name&$expand=';
    expect((await get(`${list}msdyn_projectid($select=msdyn_subject)`)).status).toBe(400);
    expect((await get(`${list}msdyn_ProjectId($select=msdyn_subject)`)).status).toBe(200);
  });

  it('lists only what is there: the tables and columns of the product', async () => {
    const { get } = await openDataverse({
      rows: { assignments: 0 },
      tables: { msdyn_resourceassignment: ['msdyn_hours', 'statecode', 'msdyn_projectid'] },
    });
    const { body } = await get(`${TABLE}/Attributes?$select=LogicalName`);
    expect(body.value.map(({ LogicalName }) => LogicalName)).toEqual([
      'msdyn_resourceassignmentid',
      'msdyn_hours',
      'statecode',
      'msdyn_projectid',
    ]);
    expect((await get('msdyn_projectteams')).status).toBe(404);
    expect((await get("EntityDefinitions(LogicalName='msdyn_projectteam')")).body.error.code).toBe(
      '0x80041102',
    );
    expect((await get('msdyn_resourceassignments?$select=msdyn_effort')).status).toBe(400);
  });

  it('is filtered by text and by enumerations', async () => {
    const { get } = await openDataverse();
    const tables = await get("EntityDefinitions?$select=LogicalName&$filter=EntitySetName eq 'systemusers'");
    expect(tables.body.value).toEqual([{ MetadataId: expect.any(String), LogicalName: 'systemuser' }]);
    const lookups = await get(
      `${TABLE}/Attributes?$select=LogicalName&$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'`,
    );
    expect(lookups.body.value).toEqual([{ MetadataId: expect.any(String), LogicalName: 'msdyn_committype' }]);
  });

  it.each([
    [`${TABLE}?$select=Nothing`, 400],
    [`${TABLE}/Attributes?$filter=AttributeType gt 3`, 400],
    [`${TABLE}/Keys`, 404],
    ["EntityDefinitions(LogicalName='none')", 404],
  ])('answers %s with %i', async (path, status) => {
    const { get } = await openDataverse();
    expect((await get(path)).status).toBe(status);
  });
});
