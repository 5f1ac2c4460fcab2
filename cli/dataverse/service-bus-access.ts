import { RegistrationError } from './registration-error.ts';

/** What Dataverse posts to, in the namespace. */
export type Designation = 'queue' | 'topic';

/** How Dataverse reaches the queue or topic: what is stored in its service endpoint. */
export interface ServiceBusAccess {
  /** `sb://NAMESPACE.servicebus.windows.net/` */
  readonly address: string;
  /** Name of the namespace alone. */
  readonly namespace: string;
  /** Name of the queue or topic. */
  readonly path: string;
  readonly keyName: string;
  readonly key: string;
}

export const CONNECTION_SETTING = 'DATAVERSE_SERVICEBUS_CONNECTION';
const FORM = 'Endpoint=sb://…/;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…';

/** Lengths of the columns (Dataverse docs, table reference ServiceEndpoint). */
const MAX_PATH = 160;
const MAX_KEY = 256;
const MAX_ADDRESS = 255;

/**
 * Reads the connection string of the Send policy of the queue or topic. `named` stands in for a missing
 * `EntityPath`. Throws `RegistrationError`; the connection string is never repeated.
 */
export async function readServiceBusAccess(
  connectionString: string,
  designation: Designation,
  named: string | undefined,
): Promise<ServiceBusAccess> {
  const { parseServiceBusConnectionString } = await import('@azure/service-bus');
  const problem = (what: string) =>
    new RegistrationError(`${CONNECTION_SETTING} ${what}. It should look like ${FORM}`);
  let parsed: ReturnType<typeof parseServiceBusConnectionString>;
  try {
    parsed = parseServiceBusConnectionString(connectionString);
  } catch {
    throw problem('is no connection string of Service Bus');
  }
  const { sharedAccessKeyName: keyName, sharedAccessKey: key, entityPath } = parsed;
  if (!('sharedAccessKey' in parsed) || !keyName || !key)
    throw problem('lacks SharedAccessKeyName or SharedAccessKey');
  const path = entityPath ?? named;
  if (!path) throw problem(`lacks EntityPath, and no --${designation} was given`);
  if (named !== undefined && path !== named)
    throw problem(`is for "${path}", not for the ${designation} "${named}" (option or setting)`);
  const address = `sb://${parsed.fullyQualifiedNamespace}/`;
  if (path.length > MAX_PATH) throw problem(`has an EntityPath of more than ${MAX_PATH} characters`);
  if (address.length > MAX_ADDRESS || keyName.length > MAX_KEY || key.length > MAX_KEY)
    throw problem('has a part that is longer than Dataverse can store');
  const [namespace = ''] = parsed.fullyQualifiedNamespace.split('.');
  return { address, namespace, path, keyName, key };
}

/**
 * Where Dataverse posts to, by the options, else by the settings of the app. A topic counts more: then the
 * queue is for retries only.
 */
export function readDesignation(
  { queue, topic }: { readonly queue?: string; readonly topic?: string },
  settings: Readonly<Record<string, string | undefined>>,
): { readonly designation: Designation; readonly path: string | undefined } {
  const byOption = queue || topic;
  if (byOption) return { designation: queue ? 'queue' : 'topic', path: byOption };
  const { ServiceBusTopicName, ServiceBusQueueName } = settings;
  if (ServiceBusTopicName) return { designation: 'topic', path: ServiceBusTopicName };
  return { designation: 'queue', path: ServiceBusQueueName || undefined };
}
