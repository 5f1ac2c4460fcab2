import type { z } from 'zod';
import {
  blobServiceUri,
  type Connection,
  namespaceAddress,
  serviceBusConnectionString,
  storageAccountName,
  storageConnectionString,
} from './connection.ts';
import { type Problems, take } from './settings-problems.ts';
import type { ledgerSchema, queueSchema } from './settings-schema.ts';

/**
 * Where messages come from. In topic form everything the connector sends itself goes to `queue`, never to the
 * topic's other readers.
 */
export type Source =
  | { readonly kind: 'queue'; readonly queue: string }
  | { readonly kind: 'topic'; readonly topic: string; readonly subscription: string; readonly queue: string };

type QueueRaw = z.output<typeof queueSchema>;
type LedgerRaw = z.output<typeof ledgerSchema>;

const identity = (address: string, clientId: string | undefined): Connection =>
  clientId ? { address, clientId } : { address };

/**
 * The first of these settings that is there says how the service is reached: only a wrong one may yield
 * nothing.
 */
export function serviceBusConnection(raw: QueueRaw, problems: Problems): Connection | undefined {
  const connectionString = raw.ServiceBusConnection;
  const namespace = raw.ServiceBusConnection__fullyQualifiedNamespace;
  if (connectionString) {
    const taken = take('ServiceBusConnection', connectionString, serviceBusConnectionString, problems);
    return taken === undefined ? undefined : { connectionString: taken };
  }
  if (namespace) {
    const name = 'ServiceBusConnection__fullyQualifiedNamespace';
    const address = take(name, namespace, namespaceAddress, problems);
    return address === undefined ? undefined : identity(address, raw.ServiceBusConnection__clientId);
  }
  problems.push(
    'ServiceBusConnection: should be a connection string, or set ServiceBusConnection__fullyQualifiedNamespace',
  );
  return undefined;
}

/** The ledger's own settings, else those of the storage account that the Functions host uses. */
export function ledgerConnection(raw: LedgerRaw, problems: Problems): Connection | 'memory' | undefined {
  if (raw.LedgerStorage === 'memory') return 'memory';
  const own = raw.LedgerStorage || raw.LedgerStorage__blobServiceUri;
  const clientId = own ? raw.LedgerStorage__clientId : raw.AzureWebJobsStorage__clientId;
  const prefix = own ? 'LedgerStorage' : 'AzureWebJobsStorage';
  const connectionString = own ? raw.LedgerStorage : raw.AzureWebJobsStorage;
  const uri = own ? raw.LedgerStorage__blobServiceUri : raw.AzureWebJobsStorage__blobServiceUri;
  const account = own ? undefined : raw.AzureWebJobsStorage__accountName;
  if (connectionString) {
    const taken = take(prefix, connectionString, storageConnectionString, problems);
    return taken === undefined ? undefined : { connectionString: taken };
  }
  if (uri || account) {
    const address = uri
      ? take(`${prefix}__blobServiceUri`, uri, blobServiceUri, problems)
      : take(`${prefix}__accountName`, account, storageAccountName, problems);
    return address === undefined ? undefined : identity(address, clientId);
  }
  problems.push(
    'LedgerStorage: should be a connection string, or set LedgerStorage__blobServiceUri, or AzureWebJobsStorage',
  );
  return undefined;
}

export function messageSource(raw: QueueRaw, problems: Problems): Source {
  const {
    ServiceBusTopicName: topic,
    ServiceBusSubscriptionName: subscription,
    ServiceBusQueueName: queue,
  } = raw;
  if (topic && subscription) return { kind: 'topic', topic, subscription, queue };
  if (topic) problems.push('ServiceBusSubscriptionName: needed beside ServiceBusTopicName');
  if (subscription) problems.push('ServiceBusTopicName: needed beside ServiceBusSubscriptionName');
  return { kind: 'queue', queue };
}
