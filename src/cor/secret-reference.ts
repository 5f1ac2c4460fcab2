import type { CorFailure } from './cor-client.ts';

/**
 * The failure of every call while the setting holds its Key Vault reference instead of the secret: App Service leaves it there when it
 * cannot read the vault. COR would only say that the credentials are wrong, which would send an operator to the wrong place.
 */
export function unresolvedReference(clientSecret: string): CorFailure | undefined {
  if (!/^@Microsoft\.KeyVault\(/i.test(clientSecret)) return undefined;
  return {
    service: 'cor',
    class: 'auth',
    code: 'SECRET_NOT_RESOLVED',
    description:
      'COR_CLIENT_SECRET is still a Key Vault reference, so COR was not called. Put the secret into the vault under the name that the reference has, check that the app has the role Key Vault Secrets User there, then refresh the reference.',
  };
}
