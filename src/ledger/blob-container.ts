import type { ContainerClient } from '@azure/storage-blob';
import type { Connection } from '../connection.ts';
import { SettingsError } from '../settings.ts';

const NO_CONNECTION_STRING =
  'LedgerStorage (or AzureWebJobsStorage) should be a connection string such as DefaultEndpointsProtocol=https;AccountName=<name>;AccountKey=<key>;EndpointSuffix=core.windows.net';

/**
 * The client of a container; nothing is asked of the storage yet. Rejects with `SettingsError` when the
 * connection string is none.
 */
export async function openContainer(connection: Connection, name: string): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  // Few, quick tries of the SDK's own: what still fails is retried by the queue, with growing delays.
  const options = {
    retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000, tryTimeoutInMs: 10_000 },
  };
  if ('connectionString' in connection) {
    try {
      return BlobServiceClient.fromConnectionString(connection.connectionString, options).getContainerClient(
        name,
      );
    } catch (cause) {
      throw new SettingsError(NO_CONNECTION_STRING, { cause });
    }
  }
  const { credentialFor } = await import('../credential.ts');
  return new BlobServiceClient(
    connection.address,
    await credentialFor(connection.clientId),
    options,
  ).getContainerClient(name);
}
