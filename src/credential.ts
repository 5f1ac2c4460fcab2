import type { TokenCredential } from '@azure/identity';

/**
 * The identity that the app runs as: the user-assigned managed identity `clientId` names, else whatever
 * `DefaultAzureCredential` finds (system-assigned identity in Azure, an `az login` on a developer's machine).
 * `@azure/identity` is loaded only here.
 */
export async function credentialFor(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  return clientId ? new ManagedIdentityCredential({ clientId }) : new DefaultAzureCredential();
}
