import { loadMapping } from '../../src/dynamics/mapping.ts';
import { type Settings, SettingsError, type Source, settingsSchema } from '../../src/settings.ts';

const schema = settingsSchema
  .pick({
    ServiceBusConnection: true,
    ServiceBusConnection__fullyQualifiedNamespace: true,
    ServiceBusQueueName: true,
    ServiceBusTopicName: true,
    ServiceBusSubscriptionName: true,
    MAPPING: true,
  })
  .strip();

/** What the command line says instead of the settings. */
export interface Override {
  readonly queue?: string | undefined;
  /** Address, or the name alone for the public cloud. */
  readonly namespace?: string | undefined;
}

function overridden(
  environment: Readonly<Record<string, string | undefined>>,
  { queue, namespace }: Override,
) {
  return {
    ...environment,
    ...(queue !== undefined && {
      ServiceBusQueueName: queue,
      ServiceBusTopicName: undefined,
      ServiceBusSubscriptionName: undefined,
    }),
    ...(namespace !== undefined && {
      ServiceBusConnection: undefined,
      ServiceBusConnection__fullyQualifiedNamespace: namespace.includes('.')
        ? namespace
        : `${namespace}.servicebus.windows.net`,
    }),
  };
}

/**
 * The settings that dead letters need, for a command on somebody's own machine: a managed identity's client id is left aside, the Azure
 * login is theirs. Throws `SettingsError`.
 */
export function readDeadLetterSettings(
  environment: Readonly<Record<string, string | undefined>>,
  override: Override,
): Pick<Settings, 'serviceBus' | 'source' | 'mapping'> {
  const filled = Object.entries(overridden(environment, override)).filter(([, value]) => value?.trim());
  const parsed = schema.safeParse(Object.fromEntries(filled));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: should be ${issue.message}`,
    );
    throw new SettingsError(`${problems.join('; ')} (or use --queue)`);
  }
  const raw = parsed.data;
  const { ServiceBusTopicName: topic, ServiceBusSubscriptionName: subscription } = raw;
  const queue = raw.ServiceBusQueueName;
  if (!topic !== !subscription)
    throw new SettingsError('ServiceBusTopicName and ServiceBusSubscriptionName: set both or neither.');
  const source: Source =
    topic && subscription ? { kind: 'topic', topic, subscription, queue } : { kind: 'queue', queue };
  const mapping = loadMapping(raw.MAPPING);
  if (raw.ServiceBusConnection)
    return { source, mapping, serviceBus: { connectionString: raw.ServiceBusConnection } };
  const address = raw.ServiceBusConnection__fullyQualifiedNamespace;
  if (address) return { source, mapping, serviceBus: { address } };
  throw new SettingsError(
    'ServiceBusConnection: should be a connection string; or set ServiceBusConnection__fullyQualifiedNamespace, or use --namespace or --local.',
  );
}
