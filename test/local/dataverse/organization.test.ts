import { describe, expect, it } from 'vitest';
import { guidOf, ORGANIZATION } from '../../../local/events/cast.ts';
import { openDataverse } from './open-dataverse.ts';

describe('the environment', () => {
  it('says who asks and which one it is', async () => {
    const { get } = await openDataverse();
    const { body } = await get('WhoAmI');
    expect(body).toMatchObject({ OrganizationId: ORGANIZATION.id, UserId: expect.any(String) });
    expect(body['@odata.context']).toContain('$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse');
    const current = await get(
      "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')",
    );
    expect(current.body.Detail).toMatchObject({
      OrganizationId: ORGANIZATION.id,
      UniqueName: ORGANIZATION.name,
      State: 'Enabled',
    });
  });

  it('can be another one', async () => {
    const organization = { id: guidOf('another organization'), name: 'unqcopy' };
    const { get } = await openDataverse({ organization });
    expect((await get('WhoAmI')).body.OrganizationId).toBe(organization.id);
  });
});
