import { guidOf, UNIT, USER } from '../events/cast.ts';
import { checkPrivilege } from './access.ts';
import type { Organization } from './post-event.ts';
import { noSegment } from './refusal.ts';
import type { Asked, Reply } from './request.ts';
import type { Store } from './store.ts';

const CURRENT = 'RetrieveCurrentOrganization';
const ACCESS = "AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default'";

/** Answers the functions that tell which environment this is and who asks; `undefined` for other paths. */
export function readOrganization(
  store: Store,
  { path, base, method }: Asked,
  { id, name }: Organization,
): Reply | undefined {
  if (method !== 'GET') return undefined;
  const context = (type: string) => `${base}$metadata#Microsoft.Dynamics.CRM.${type}`;
  if (path === 'WhoAmI' || path === 'WhoAmI()')
    return {
      status: 200,
      json: {
        '@odata.context': context('WhoAmIResponse'),
        BusinessUnitId: UNIT.id,
        UserId: USER.id,
        OrganizationId: id,
      },
    };
  if (!path.startsWith(CURRENT)) return undefined;
  if (path !== `${CURRENT}(${ACCESS})`) throw noSegment(path);
  checkPrivilege(store, 'prvReadOrganization', 'organization');
  const { origin } = new URL(base);
  return {
    status: 200,
    json: {
      '@odata.context': context('RetrieveCurrentOrganizationResponse'),
      Detail: {
        OrganizationId: id,
        FriendlyName: 'Example Works',
        OrganizationVersion: '9.2.25114.00152',
        EnvironmentId: guidOf('environment'),
        DatacenterId: guidOf('datacenter'),
        Geo: 'EMEA',
        TenantId: guidOf('tenant'),
        UrlName: 'exampleworks',
        UniqueName: name,
        State: 'Enabled',
        Endpoints: {
          Count: 1,
          IsReadOnly: false,
          Keys: ['WebApplication'],
          Values: [`${origin}/`],
        },
      },
    },
  };
}
