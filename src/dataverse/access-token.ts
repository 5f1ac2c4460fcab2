import type { AccessToken, TokenCredential } from '@azure/identity';
import { RegistrationError } from './dataverse-error.ts';

/** A login may start a browser or the Azure CLI. */
const LOGIN_TIMEOUT_MS = 60_000;
/** A token that is about to end could end on the way. */
const MARGIN_MS = 60_000;

/** One token for all requests, renewed when it ends. The credential is made when it is first needed. Throws `RegistrationError`. */
export function tokenOf(credential: () => Promise<TokenCredential>): (scope: string) => Promise<string> {
  let current: AccessToken | null = null;
  return async (scope) => {
    if (current && current.expiresOnTimestamp - Date.now() > MARGIN_MS) return current.token;
    try {
      const abortSignal = AbortSignal.timeout(LOGIN_TIMEOUT_MS);
      current = await (await credential()).getToken(scope, { abortSignal });
    } catch (error) {
      // Its text may quote the answer of the login, so only its kind is told.
      const kind = error instanceof Error ? error.name : 'unknown error';
      throw new RegistrationError(
        `No token for ${scope} (${kind}). Run "az login", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application user of the environment.`,
      );
    }
    if (!current) throw new RegistrationError(`No token for ${scope}: nobody is logged in.`);
    return current.token;
  };
}
