import type { BindingInfo, FunctionMetadata } from './core-types.ts';

const SETTING_NAME = /%([^%]+)%/g;

/** The function's trigger, every `%Name%` in it replaced by the setting of that name. */
export function resolveTrigger(metadata: FunctionMetadata, settings: NodeJS.ProcessEnv): ResolvedTrigger {
  const entry = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type ?? ''));
  if (!entry) throw new Error(`Function "${metadata.name}" has no trigger`);
  const [name, binding] = entry;
  const resolved: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(binding)) {
    resolved[option] = typeof value === 'string' ? resolveText(value) : value;
  }
  return { name, binding: resolved };

  function resolveText(text: string): string {
    return text.replace(SETTING_NAME, (placeholder, setting: string) => {
      const value = settings[setting];
      if (value === undefined) {
        throw new Error(
          `Function "${metadata.name}": ${placeholder} in its trigger names no setting. Set ${setting}`,
        );
      }
      return value;
    });
  }
}

export interface ResolvedTrigger {
  /** Name of the binding. */
  readonly name: string;
  readonly binding: BindingInfo;
}

/**
 * The connection string that a binding's `connection` names. Throws when it is missing or is an
 * identity-based connection.
 */
export function connectionString(
  functionName: string,
  connection: string,
  settings: NodeJS.ProcessEnv,
): string {
  const value = settings[connection] ?? settings[`AzureWebJobs${connection}`];
  if (value) return value;
  const namespace = `${connection}__fullyQualifiedNamespace`;
  throw new Error(
    settings[namespace]
      ? `Function "${functionName}": ${namespace} is an identity-based connection, which this stand-in does not open. Set ${connection} to a connection string`
      : `Function "${functionName}": its connection names no setting. Set ${connection} to a Service Bus connection string`,
  );
}
