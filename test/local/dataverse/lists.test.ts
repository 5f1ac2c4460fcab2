import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../local/events/cast.ts';
import { openDataverse } from './open-dataverse.ts';

const { robin, kim } = RESOURCES;

describe('a list', () => {
  const names = async (query: string) => {
    const { get } = await openDataverse();
    const { status, body } = await get(`bookableresources?$select=name&${query}`);
    return status === 200 ? body.value.map(({ name }) => name).toSorted() : body.error;
  };

  it.each([
    ["name eq 'robin fields'", ['Robin Fields']],
    ['resourcetype ne 3', ['Designer', 'Excavator', 'Mia Brook', 'Night crew']],
    ['resourcetype gt 3 and resourcetype le 6', ['Excavator', 'Night crew']],
    ['(resourcetype lt 2 or resourcetype ge 6) and statecode eq 0', ['Designer', 'Night crew']],
    ['not (resourcetype eq 3) and _contactid_value eq null', ['Designer', 'Excavator', 'Night crew']],
    ["startswith(name,'s') or endswith(name,'LAKE')", ['Kim Lake', 'Sam Rivers']],
    ["contains(name,'o''') or contains(name,'eado')", ['Jo Meadow']],
    ["UserId/employeeid eq 'E-1003'", ['Kim Lake']],
    [`bookableresourceid eq ${kim.id}`, ['Kim Lake']],
    ['createdon gt 2000-01-01T00:00:00Z and resourcetype eq 4', ['Excavator']],
    [
      'Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1=\'resourcetype\'&@p2=["1","6"]',
      ['Designer', 'Night crew'],
    ],
    [
      `Microsoft.Dynamics.CRM.In(PropertyName='bookableresourceid',PropertyValues=['${kim.id}','${robin.id}'])`,
      ['Kim Lake', 'Robin Fields'],
    ],
  ])('is filtered by %s', async (filter, expected) => {
    expect(await names(`$filter=${filter}`)).toEqual(expected);
  });

  it.each([
    ["surname eq 'x'", /property named 'surname' on type 'Microsoft.Dynamics.CRM.bookableresource'/],
    ["Name eq 'x'", /property named 'Name'/],
    ["userid/employeeid eq 'x'", /property named 'userid'/],
    ["resourcetype eq '3'", /incompatible types/],
    [`bookableresourceid eq '${kim.id}'`, /incompatible types/],
    ['name like 3', /'like' is no operator/],
    ["name eq 'x' and", /expected more/],
    ["(name eq 'x'", /expected \)/],
    ["name eq 'x' name", /Syntax error at 'name'/],
    ["year(name) eq 'x'", /unknown function with name 'year'/],
    ["contains(resourcetype,'x')", /is no text/],
    ['Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=["1"])', /parameter '@p1' is missing/],
    ["Microsoft.Dynamics.CRM.In(PropertyName='resourcetype',PropertyValues=[1])", /list of texts/],
  ])('is refused for the filter %s', async (filter, message) => {
    expect(await names(`$filter=${filter}`)).toEqual({
      code: '0x80060888',
      message: expect.stringMatching(message),
    });
  });

  it('is ordered by text, by number, and by the name of a lookup; what is empty first', async () => {
    const { get } = await openDataverse();
    const read = async (orderBy: string) =>
      (await get(`bookableresources?$select=name&$orderby=${orderBy}`)).body.value.map(({ name }) => name);
    expect((await read('name desc'))[0]).toBe('Sam Rivers');
    expect((await read('resourcetype desc,name'))[0]).toBe('Night crew');
    const byUser = await read('_userid_value');
    expect(byUser.slice(0, 4).toSorted()).toEqual(['Designer', 'Excavator', 'Mia Brook', 'Night crew']);
    expect(byUser.slice(4)).toEqual(['Alex Stone', 'Jo Meadow', 'Kim Lake', 'Robin Fields', 'Sam Rivers']);
  });

  it('counts at most 5,000 rows, and is cut by $top', async () => {
    const { get } = await openDataverse({ rows: { assignments: 5_100 } });
    const { body } = await get('msdyn_resourceassignments?$select=msdyn_name&$count=true&$top=3');
    expect(body['@odata.count']).toBe(5_000);
    expect(body.value).toHaveLength(3);
    expect(body).not.toHaveProperty('@odata.nextLink');
    const some = await get(
      "systemusers?$select=fullname&$count=true&$filter=startswith(fullname,'Person 1')",
    );
    expect(some.body['@odata.count']).toBe(some.body.value.length);
  });

  it.each([
    ['$skip=1', 400],
    ['$apply=aggregate($count as n)', 400],
    ['$top=x', 400],
    ['$orderby=name sideways', 400],
    ['$select=nothing', 400],
    ['$expand=userid($select=fullname)', 400],
    ['$expand=UserId($select=fullname;$top=1)', 400],
    ['$expand=UserId($select=fullname;$orderby=fullname)', 400],
    [`$expand=${Array(16).fill('UserId($select=fullname)').join(',')}`, 400],
    [`$expand=${Array(15).fill('UserId($select=fullname)').join(',')}`, 200],
  ])('of %s is answered %i', async (query, status) => {
    const { get } = await openDataverse();
    expect((await get(`bookableresources?${query}`)).status).toBe(status);
  });
});
