import { type Environment, readQueueSettings, type Settings, SettingsError } from '../../src/settings.ts';

/** What the command line says instead of the settings. */
export interface Override {
  readonly queue?: string | undefined;
  /** Address, or the name alone for the public cloud. */
  readonly namespace?: string | undefined;
}

/** A managed identity's client id is left aside: on somebody's own machine the Azure login is theirs. */
function overridden(environment: Environment, { queue, namespace }: Override): Environment {
  return {
    ...environment,
    ServiceBusConnection__clientId: undefined,
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

/** The settings that dead letters need, for a command. Throws `SettingsError`. */
export function readDeadLetterSettings(
  environment: Environment,
  override: Override,
): Pick<Settings, 'serviceBus' | 'source' | 'mapping'> {
  try {
    return readQueueSettings(overridden(environment, override));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new SettingsError(`${error.message}\nOr use --queue, --namespace or --local.`, { cause: error });
  }
}
