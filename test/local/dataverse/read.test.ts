import { describe, expect, it } from 'vitest';
import { OTHER_RESOURCES } from '../../../local/dataverse/sample-rows.ts';
import { choices, date, decimal, double, money, yesNo } from '../../../local/dataverse/table.ts';
import { guidOf, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import { openDataverse } from './open-dataverse.ts';

const { robin } = RESOURCES;
const PIERS = guidOf('msdyn_resourceassignment row Survey the piers');
const ALL = 'odata.include-annotations="*"';

describe('one row', () => {
  it('comes with context, etag, its key and the columns that were asked for', async () => {
    const { get } = await openDataverse();
    const columns = 'msdyn_effort,msdyn_start,statecode,versionnumber,_msdyn_bookableresourceid_value';
    const { body, text } = await get(`msdyn_resourceassignments(${PIERS})?$select=${columns}`);
    expect(body).toEqual({
      '@odata.context': expect.stringMatching(
        /^http:.*\/api\/data\/v9\.2\/\$metadata#msdyn_resourceassignments\(msdyn_effort,.*\)\/\$entity$/,
      ),
      '@odata.etag': `W/"${body.versionnumber}"`,
      msdyn_resourceassignmentid: PIERS,
      msdyn_effort: 64,
      msdyn_start: '2026-03-02T08:00:00Z',
      statecode: 0,
      versionnumber: expect.any(Number),
      _msdyn_bookableresourceid_value: robin.id,
    });
    expect(text).toContain('"msdyn_effort":64.0000000000,');
  });

  it('comes with all its columns when none is named, empty ones as null', async () => {
    const { get } = await openDataverse();
    const { body } = await get(`msdyn_resourceassignments(${PIERS.toUpperCase()})`);
    expect(body).toMatchObject({ msdyn_plannedwork: null, _msdyn_userresourceid_value: null });
    expect(body).toHaveProperty('createdon');
  });

  it('is annotated only with what was asked for', async () => {
    const { get } = await openDataverse();
    const path = `msdyn_resourceassignments(${PIERS})?$select=_msdyn_bookableresourceid_value,_msdyn_userresourceid_value,statecode`;
    const lookup = '_msdyn_bookableresourceid_value@';
    const { body: all, headers } = await get(path, { prefer: ALL });
    expect(all).toMatchObject({
      [`${lookup}OData.Community.Display.V1.FormattedValue`]: robin.name,
      [`${lookup}Microsoft.Dynamics.CRM.lookuplogicalname`]: 'bookableresource',
      [`${lookup}Microsoft.Dynamics.CRM.associatednavigationproperty`]: 'msdyn_bookableresourceid',
      'statecode@OData.Community.Display.V1.FormattedValue': 'Active',
      _msdyn_userresourceid_value: null,
    });
    expect(Object.keys(all).filter((key) => key.startsWith('_msdyn_userresourceid_value@'))).toEqual([]);
    expect(headers.get('preference-applied')).toBe(ALL);
    const only = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"';
    const { body: one } = await get(path, { prefer: only });
    expect(Object.keys(one).filter((key) => key.includes('value@'))).toEqual([
      `${lookup}Microsoft.Dynamics.CRM.lookuplogicalname`,
    ]);
    const { body: none } = await get(path);
    expect(Object.keys(none).filter((key) => key.includes('value@'))).toEqual([]);
  });

  it('brings the rows that its lookups lead to, several deep', async () => {
    const { get } = await openDataverse();
    const inner = 'UserId($select=employeeid,azureactivedirectoryobjectid,internalemailaddress,domainname)';
    const { body } = await get(
      `msdyn_resourceassignments(${PIERS})?$select=msdyn_effort&$expand=msdyn_bookableresourceid($select=name,resourcetype;$expand=${inner}),msdyn_projectid($select=msdyn_subject)`,
    );
    const userId = guidOf('systemuser Robin Fields');
    expect(body.msdyn_bookableresourceid).toEqual({
      name: robin.name,
      resourcetype: 3,
      bookableresourceid: robin.id,
      UserId: {
        employeeid: 'E-1001',
        azureactivedirectoryobjectid: guidOf('entra Robin Fields'),
        internalemailaddress: 'robin.fields@example.com',
        domainname: 'robin.fields@example.com',
        systemuserid: userId,
        ownerid: userId,
      },
    });
    expect(body.msdyn_projectid).toEqual({
      msdyn_projectid: PROJECTS.bridge.id,
      msdyn_subject: PROJECTS.bridge.name,
    });
    expect(body['@odata.context']).toContain('msdyn_projectid(msdyn_subject)');
  });

  it('has no person behind a generic resource, equipment and crew, and a contact behind a contact', async () => {
    const { get } = await openDataverse();
    const expand = '$select=resourcetype&$expand=UserId($select=employeeid),ContactId($select=employeeid)';
    const read = async (id: string) => (await get(`bookableresources(${id})?${expand}`)).body;
    expect(await read(OTHER_RESOURCES.generic)).toMatchObject({ resourcetype: 1, UserId: null });
    expect(await read(OTHER_RESOURCES.equipment)).toMatchObject({ resourcetype: 4, UserId: null });
    expect(await read(OTHER_RESOURCES.crew)).toMatchObject({ resourcetype: 6, UserId: null });
    expect(await read(OTHER_RESOURCES.contact)).toMatchObject({
      resourcetype: 2,
      UserId: null,
      ContactId: { employeeid: 'C-2001' },
    });
  });

  it('is not sent again to a client that has it, unless annotations or other rows are asked for', async () => {
    const { get } = await openDataverse();
    const path = `msdyn_resourceassignments(${PIERS})?$select=msdyn_effort`;
    const { body } = await get(path);
    const has = { 'if-none-match': body['@odata.etag'] };
    expect((await get(path, has)).status).toBe(304);
    expect((await get(path, { ...has, prefer: ALL })).status).toBe(200);
    expect((await get(`${path}&$expand=msdyn_projectid($select=msdyn_subject)`, has)).status).toBe(200);
    expect((await get(path, { 'if-none-match': 'null' })).status).toBe(200);
  });
});

describe('dates', () => {
  it('come as their behaviour says', async () => {
    const { get, update } = await openDataverse({
      columns: {
        msdyn_resourceassignment: {
          new_day: date('DateOnly', 'DateOnly'),
          new_wall: date('TimeZoneIndependent', 'DateAndTime'),
          new_share: decimal,
        },
      },
    });
    update('msdyn_resourceassignment', PIERS, {
      new_day: '2026-11-23',
      new_wall: '2026-11-23T09:00:00Z',
      msdyn_fromdate: '2026-11-22T23:00:00.123Z',
      new_share: 80.5,
    });
    const { body, text } = await get(
      `msdyn_resourceassignments(${PIERS})?$select=new_day,new_wall,msdyn_fromdate,new_share`,
    );
    expect(body).toMatchObject({
      new_day: '2026-11-23',
      new_wall: '2026-11-23T09:00:00Z',
      msdyn_fromdate: '2026-11-22T23:00:00Z',
    });
    expect(text).toContain('"new_share":80.5000000000');
  });
});

describe('columns of every type', () => {
  it('come as the Web API writes them', async () => {
    const { get, update } = await openDataverse({
      columns: {
        msdyn_project: {
          new_budget: money,
          new_factor: double,
          new_regions: choices(2, 3, 8),
          new_open: yesNo,
        },
      },
    });
    update('msdyn_project', PROJECTS.bridge.id, {
      new_budget: 20_000,
      new_factor: 0.25,
      new_regions: '2,8',
      new_open: true,
    });
    const { body, text } = await get(`msdyn_projects(${PROJECTS.bridge.id})`);
    expect(text).toContain('"new_budget":20000.0000,');
    expect(body).toMatchObject({ new_factor: 0.25, new_regions: '2,8', new_open: true });
    expect(() => update('msdyn_project', PROJECTS.bridge.id, { new_regions: '4' })).toThrow(/options/);
  });
});
