import type { CorFailure } from './cor-client.ts';

/** What COR's token is asked for with. Both come from Key Vault where the app runs in Azure. */
export interface CorCredentials {
  readonly apiKey: string;
  readonly clientSecret: string;
}

/**
 * The failure of every call while a setting holds its Key Vault reference instead of the value: App Service
 * leaves it there when it cannot read the vault. COR would only say that the credentials are wrong, which
 * would send an operator to the wrong place.
 */
export function unresolvedReference({ apiKey, clientSecret }: CorCredentials): CorFailure | undefined {
  const unresolved = Object.entries({ COR_API_KEY: apiKey, COR_CLIENT_SECRET: clientSecret })
    .filter(([, value]) => /^@Microsoft\.KeyVault\(/i.test(value))
    .map(([name]) => name);
  if (unresolved.length === 0) return undefined;
  return {
    service: 'cor',
    class: 'auth',
    code: 'SECRET_NOT_RESOLVED',
    opensAfter: 'oneCall',
    description: `${unresolved.join(' and ')} still holds a Key Vault reference, so COR was not called. Put the secret into the vault under the name that the reference has, check that the app has the role Key Vault Secrets User there, then refresh the reference.`,
  };
}
