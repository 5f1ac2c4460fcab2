import { describe, expect, it } from 'vitest';
import { guidOf } from '../../../local/events/cast.ts';
import { openDataverse } from './open-dataverse.ts';

const PIERS = guidOf('msdyn_resourceassignment row Survey the piers');
const ROW = `msdyn_resourceassignments(${PIERS})`;
const ALL = { prefer: 'odata.include-annotations="*"' };

describe('what is not there', () => {
  const MISSING = guidOf('nothing');
  it.each(['0x80040217', ''] as const)('is a row, with the code "%s"', async (missingRowCode) => {
    const { get } = await openDataverse({ switches: { missingRowCode } });
    const { status, body } = await get(`msdyn_resourceassignments(${MISSING})?$select=msdyn_name`);
    expect(status).toBe(404);
    expect(body.error).toEqual({
      code: missingRowCode,
      message: `msdyn_resourceassignment With Id = ${MISSING} Does Not Exist`,
    });
  });

  it.each(['0x80060888', '0x0'] as const)('is a column, with the code %s', async (unknownColumnCode) => {
    const { get } = await openDataverse({ switches: { unknownColumnCode } });
    for (const query of ['$select=Msdyn_name', "$filter=Msdyn_name eq 'x'", '$orderby=Msdyn_name']) {
      const { status, body } = await get(`msdyn_resourceassignments?${query}`);
      expect(status).toBe(400);
      expect(body.error).toEqual({
        code: unknownColumnCode,
        message:
          "Could not find a property named 'Msdyn_name' on type 'Microsoft.Dynamics.CRM.msdyn_resourceassignment'.",
      });
    }
  });

  it.each([
    [
      'GET',
      'msdyn_resourceassignment',
      404,
      '0x8006088a',
      "Resource not found for the segment 'msdyn_resourceassignment'.",
    ],
    ['GET', `msdyn_resourceassignments('${PIERS}')`, 400, '0x80060888', 'Error in query syntax.'],
    ['GET', "msdyn_projects(msdyn_projectnumber='7')", 404, '0x80060891', /key values/],
    ['POST', 'WhoAmI', 404, '', /^No HTTP resource was found/],
    ['GET', 'Restore', 404, '', /^No HTTP resource was found/],
    ['PUT', ROW, 405, '0x80060888', /PUT is not allowed/],
  ])('%s %s', async (method, path, status, code, message) => {
    const { ask } = await openDataverse();
    const answer = await ask(method, path, method === 'GET' ? undefined : {});
    expect(answer.status).toBe(status);
    expect(answer.body.error).toEqual({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('is a user with this Entra id, until somebody asks for it by key', async () => {
    const { get } = await openDataverse();
    const entraId = guidOf('newcomer');
    const list = `systemusers?$select=fullname&$filter=azureactivedirectoryobjectid eq ${entraId}`;
    expect((await get(list)).body.value).toEqual([]);
    expect((await get(`systemusers(azureactivedirectoryobjectid=${entraId})`)).status).toBe(200);
    expect((await get(list)).body.value).toHaveLength(1);
  });
});

describe('an error', () => {
  it('has help and traces only for those who ask for every annotation', async () => {
    const { get } = await openDataverse();
    expect(Object.keys((await get('nothing')).body.error)).toEqual(['code', 'message']);
    expect(Object.keys((await get('nothing', ALL)).body.error)).toEqual([
      'code',
      'message',
      '@Microsoft.PowerApps.CDS.HelpLink',
      '@Microsoft.PowerApps.CDS.TraceText',
    ]);
  });

  it('meets a request without OData headers, and one that is too long', async () => {
    const { get } = await openDataverse();
    expect((await get('WhoAmI', { 'odata-version': '' })).body.error.message).toMatch(/odata-version: 4\.0/);
    const ids = Array.from({ length: 700 }, (_, index) => `'${guidOf(`id ${index}`)}'`).join();
    const list = `Microsoft.Dynamics.CRM.In(PropertyName='bookableresourceid',PropertyValues=[${ids}])`;
    expect((await get(`bookableresources?$select=name&$filter=${list}`)).status).toBe(200);
    expect((await get(`bookableresources?$select=name&$filter=name eq '${'x'.repeat(33_000)}'`)).status).toBe(
      414,
    );
  });
});
