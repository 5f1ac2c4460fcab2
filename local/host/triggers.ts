import { connectionString, resolveTrigger } from './app-settings.ts';
import type { BindingInfo, FunctionMetadata } from './core-types.ts';
import type { HostConfig } from './host-config.ts';
import { type HttpRoute, httpRoute } from './http-route.ts';
import { readSchedule, type TimerTrigger } from './timer-listener.ts';

export interface QueueTrigger {
  readonly functionName: string;
  readonly bindingName: string;
  readonly queueName: string;
  /** In topic form: `queueName` is then the topic's. */
  readonly subscriptionName: string | undefined;
  readonly connectionString: string;
  readonly dataType: string | undefined;
  readonly autoComplete: boolean;
}

export interface Triggers {
  readonly routes: readonly HttpRoute[];
  readonly queues: readonly QueueTrigger[];
  readonly timers: readonly TimerTrigger[];
}

/**
 * What the app's functions wait for. Throws, naming the function, for whatever this stand-in does not serve.
 */
export function readTriggers(
  functions: readonly FunctionMetadata[],
  config: HostConfig,
  settings: NodeJS.ProcessEnv,
): Triggers {
  const routes: HttpRoute[] = [];
  const queues: QueueTrigger[] = [];
  const timers: TimerTrigger[] = [];
  for (const metadata of functions) {
    const { name, binding } = resolveTrigger(metadata, settings);
    if (binding.type === 'httpTrigger') {
      routes.push(httpRoute(metadata.name, name, binding, config.routePrefix));
    } else if (binding.type === 'serviceBusTrigger') {
      queues.push(queueTrigger(metadata.name, name, binding, config.serviceBus, settings));
    } else if (binding.type === 'timerTrigger') {
      timers.push(timerTrigger(metadata.name, name, binding));
    } else {
      throw new Error(`Function "${metadata.name}": ${binding.type} is not served by this stand-in`);
    }
  }
  return { routes, queues, timers };
}

function queueTrigger(
  functionName: string,
  bindingName: string,
  binding: BindingInfo,
  config: HostConfig['serviceBus'],
  settings: NodeJS.ProcessEnv,
): QueueTrigger {
  const refusal = unsupported(binding);
  if (refusal) throw new Error(`Function "${functionName}": ${refusal} not served by this stand-in`);
  return {
    functionName,
    bindingName,
    queueName: String(binding.topicName ?? binding.queueName),
    subscriptionName: typeof binding.subscriptionName === 'string' ? binding.subscriptionName : undefined,
    connectionString: connectionString(functionName, String(binding.connection), settings),
    dataType: binding.dataType,
    autoComplete:
      typeof binding.autoCompleteMessages === 'boolean'
        ? binding.autoCompleteMessages
        : config.autoCompleteMessages,
  };
}

function unsupported(binding: BindingInfo): string | undefined {
  const { queueName, topicName, subscriptionName } = binding;
  const isTopic = typeof topicName === 'string' && typeof subscriptionName === 'string';
  const isQueue = typeof queueName === 'string' && topicName === undefined && subscriptionName === undefined;
  if (isTopic === isQueue || (isTopic && queueName !== undefined) || typeof binding.connection !== 'string') {
    return 'a Service Bus trigger without connection and either queueName or topicName and subscriptionName is';
  }
  if (binding.cardinality === 'many') return 'batches (cardinality "many") are';
  if (binding.isSessionsEnabled) return 'session queues (isSessionsEnabled) are';
  if (binding.properties?.supportsDeferredBinding === 'true') return 'sdkBinding is';
  return undefined;
}

function timerTrigger(functionName: string, bindingName: string, binding: BindingInfo): TimerTrigger {
  const trigger: TimerTrigger = {
    functionName,
    bindingName,
    schedule: String(binding.schedule),
    runOnStartup: binding.runOnStartup === true,
  };
  readSchedule(trigger);
  return trigger;
}
