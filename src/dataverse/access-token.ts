import type { AccessToken, TokenCredential } from '@azure/identity';
import { MINUTE_MS } from '../duration.ts';
import { withTimeout } from '../timeout.ts';
import { DataverseError } from './dataverse-error.ts';

/**
 * Gives an access token for a scope such as `https://contoso.crm.dynamics.com/.default`; never the one that
 * was just refused. Throws `DataverseError`.
 */
export type AccessTokens = (scope: string, refused?: string) => Promise<string>;

/** A login may start a browser or the Azure CLI. */
const LOGIN_TIMEOUT_MS = MINUTE_MS;
/** A token that is about to end could end on the way. */
const MARGIN_MS = MINUTE_MS;

function noToken(scope: string, why: string, cause?: unknown): DataverseError {
  return new DataverseError(
    {
      class: 'auth',
      code: 'NO_TOKEN',
      description: `No token for ${scope}${why}. Run "az login", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application user of the environment; in Azure check the app's managed identity.`,
    },
    cause,
  );
}

async function login(scope: string, credential: () => Promise<TokenCredential>): Promise<AccessToken> {
  const controller = new AbortController();
  try {
    const asked = credential().then((made) => made.getToken(scope, { abortSignal: controller.signal }));
    const token = await withTimeout(LOGIN_TIMEOUT_MS, asked, () => {
      controller.abort();
      throw Object.assign(new Error('late'), { name: 'TimeoutError' });
    });
    if (token) return token;
  } catch (error) {
    // Its text may quote the answer of the login, so only its kind is told.
    throw noToken(scope, ` (${error instanceof Error ? error.name : 'unknown error'})`, error);
  }
  throw noToken(scope, ': nobody is logged in');
}

/**
 * One token for each scope, renewed when it ends, asked for once however many wait. The credential is made
 * when it is first needed.
 */
export function accessTokens(credential: () => Promise<TokenCredential>): AccessTokens {
  const current = new Map<string, AccessToken>();
  const underWay = new Map<string, Promise<AccessToken>>();

  async function renew(scope: string): Promise<AccessToken> {
    try {
      const token = await login(scope, credential);
      current.set(scope, token);
      return token;
    } finally {
      underWay.delete(scope);
    }
  }

  return async (scope, refused) => {
    const known = current.get(scope);
    if (refused !== undefined && known?.token === refused) current.delete(scope);
    if (known && known.token !== refused && known.expiresOnTimestamp - Date.now() > MARGIN_MS)
      return known.token;
    const asked = underWay.get(scope) ?? renew(scope);
    if (!underWay.has(scope)) underWay.set(scope, asked);
    return (await asked).token;
  };
}
