import { describe, expect, it } from 'vitest';
import { guidOf, RESOURCES } from '../../../local/events/cast.ts';
import { openDataverse } from './open-dataverse.ts';

// Who may come in and what they may read: status, code and message as the documentation and captures have them.

const PIERS = guidOf('msdyn_resourceassignment row Survey the piers');
const ROW = `msdyn_resourceassignments(${PIERS})`;
const ALL = { prefer: 'odata.include-annotations="*"' };
const LIST = 'msdyn_resourceassignments?$select=msdyn_name';

describe('a token', () => {
  it.each([
    ['missing', ''],
    ['another', 'Bearer another'],
    ['no bearer token', 'Basic eDp5'],
  ])('that is %s is answered by a challenge that names where to get one', async (_what, authorization) => {
    const { get, url } = await openDataverse();
    const { status, headers, text } = await get('WhoAmI', { authorization });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer authorization_uri=https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}\/oauth2\/authorize, resource_id=/,
    );
    expect(headers.get('www-authenticate')).toContain(`resource_id=${url}/`);
    expect(text).toBe('');
  });

  it('can end while a client works', async () => {
    const dataverse = await openDataverse();
    const old = dataverse.token;
    dataverse.setToken('the next one');
    expect((await dataverse.get('WhoAmI', { authorization: `Bearer ${old}` })).status).toBe(401);
    expect((await dataverse.get('WhoAmI')).status).toBe(200);
  });

  it('can be judged by whoever started the local Dataverse', async () => {
    const { get } = await openDataverse({ acceptsToken: (token) => token.startsWith('minted-') });
    expect((await get('WhoAmI', { authorization: 'Bearer minted-7' })).status).toBe(200);
    expect((await get('WhoAmI')).status).toBe(401);
  });
});

describe('the user behind the token', () => {
  it.each([
    [{ applicationUser: 'missing' }, 403, '0x80072560', 'The user is not a member of the organization.'],
    [{ applicationUser: 'disabled' }, 403, '0x80040225', 'The specified user is disabled.'],
    [
      { applicationUser: 'disabled', disabledUserStatus: 400 },
      400,
      '0x80040225',
      'The specified user is disabled.',
    ],
    [{ applicationUser: 'barred' }, 403, '0x80095ffc', /not allowed/],
    [
      { administrationMode: true, undocumentedBody: 'json' },
      403,
      '',
      'The environment is in administration mode.',
    ],
  ] as const)('is refused with %j', async (switches, status, code, message) => {
    const { get, set } = await openDataverse();
    expect((await get('WhoAmI')).status).toBe(200);
    set({ ...switches });
    const refused = await get('WhoAmI');
    expect(refused.status).toBe(status);
    expect(refused.body.error).toEqual({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    set({ applicationUser: 'enabled', administrationMode: false });
    expect((await get('WhoAmI')).status).toBe(200);
  });

  it.each([
    ['empty', ''],
    ['html', '<!DOCTYPE html>'],
    ['json', '{"error"'],
  ] as const)('meets administration mode with a body that is %s', async (undocumentedBody, start) => {
    const { get } = await openDataverse({ switches: { administrationMode: true, undocumentedBody } });
    const { status, text } = await get(LIST);
    expect(status).toBe(403);
    expect(text.startsWith(start)).toBe(true);
  });

  it.each([
    [LIST, 'prvReadmsdyn_resourceassignment', 'msdyn_resourceassignment'],
    [ROW, 'prvReadmsdyn_resourceassignment', 'msdyn_resourceassignment'],
    [`${LIST}&$expand=msdyn_projectid($select=msdyn_subject)`, 'prvReadmsdyn_project', 'msdyn_project'],
    [
      `${LIST}&$expand=msdyn_bookableresourceid($select=name;$expand=UserId($select=employeeid))`,
      'prvReadUser',
      'systemuser',
    ],
    ['bookableresources', 'prvReadBookableResource', 'bookableresource'],
    ["EntityDefinitions(LogicalName='systemuser')?$select=EntitySetName", 'prvReadEntity', 'entity'],
    ["EntityDefinitions(LogicalName='systemuser')/Attributes", 'prvReadAttribute', 'attribute'],
    [
      "EntityDefinitions(LogicalName='systemuser')?$expand=ManyToOneRelationships",
      'prvReadRelationship',
      'relationship',
    ],
    [
      "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')",
      'prvReadOrganization',
      'organization',
    ],
  ])('needs for %s the privilege %s', async (path, privilege, table) => {
    const { get, set } = await openDataverse();
    expect((await get(path)).status).toBe(200);
    set({ missingPrivileges: [privilege] });
    const { status, body } = await get(path);
    expect(status).toBe(403);
    expect(body.error.code).toBe('0x80040220');
    expect(body.error.message).toMatch(/^Principal user \(Id=[0-9a-f-]{36}, type=8, roleCount=/);
    expect(body.error.message).toContain(`is missing ${privilege} privilege (Id=`);
    expect(body.error.message).toContain(`for entity '${table}'`);
  });

  it.each([
    ['POST', 'accounts', { name: 'x' }, 'prvCreateAccount'],
    ['PATCH', ROW, { msdyn_effort: 1 }, 'prvWritemsdyn_resourceassignment'],
    ['DELETE', ROW, undefined, 'prvDeletemsdyn_resourceassignment'],
  ])('needs for %s of %s a privilege too', async (method, path, body, privilege) => {
    const dataverse = await openDataverse({ switches: { missingPrivileges: [privilege] } });
    const { status } = await dataverse.ask(method, path, body);
    expect(status).toBe(403);
    expect(dataverse.row('msdyn_resourceassignment', PIERS).msdyn_effort).toBe(64);
  });

  it('may not read a row that is there, does not see it in lists, nor where others refer to it', async () => {
    const { robin } = RESOURCES;
    const { get } = await openDataverse({ switches: { hiddenRows: [PIERS, robin.id] } });
    const { status, body } = await get(ROW);
    expect(status).toBe(403);
    expect(body.error).toEqual({
      code: '0x80048306',
      message: expect.stringContaining(`Returned hr = -2147187962, ObjectID: ${PIERS}`),
    });
    const list = await get('bookableresources?$select=name');
    expect(list.body.value.map(({ name }) => name)).not.toContain(robin.name);
  });

  it.each(['null', 'absent'] as const)(
    'has columns that are secured against it, which read as %s',
    async (securedRead) => {
      const { get } = await openDataverse({
        switches: { securedColumns: ['systemuser.employeeid'], securedRead },
      });
      const list = await get('systemusers?$select=fullname,employeeid', ALL);
      const expected = securedRead === 'null' ? [null] : [undefined];
      expect([...new Set(list.body.value.map(({ employeeid }) => employeeid))]).toEqual(expected);
      const { body } = await get(
        "EntityDefinitions(LogicalName='systemuser')/Attributes?$select=LogicalName,IsSecured",
      );
      expect(body.value.filter(({ IsSecured }) => IsSecured).map(({ LogicalName }) => LogicalName)).toEqual([
        'employeeid',
      ]);
    },
  );
});
