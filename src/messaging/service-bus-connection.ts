import type { ServiceBusClient } from '@azure/service-bus';
import type { Connection } from '../connection.ts';

/**
 * Two quick tries of the SDK's own: what still fails is handled by the caller, which knows how long it may
 * take.
 */
const RETRY_OPTIONS = { maxRetries: 1, retryDelayInMs: 500, timeoutInMs: 15_000 };

/**
 * A client for a connection string or, with a Microsoft Entra identity, a namespace address. Loads
 * `@azure/service-bus` only here.
 */
export async function openServiceBus(connection: Connection): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  const options = { retryOptions: RETRY_OPTIONS, identifier: 'dynamics-to-cor' };
  if ('connectionString' in connection) return new ServiceBusClient(connection.connectionString, options);
  const { credentialFor } = await import('../credential.ts');
  return new ServiceBusClient(connection.address, await credentialFor(connection.clientId), options);
}
