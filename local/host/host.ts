import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { ServiceBusClient } from '@azure/service-bus';
import { endedWithin } from '../../src/timeout.ts';
import { createApp, provideCoreApi } from './core-api.ts';
import type { FunctionMetadata, InvocationRequest, LogLevel } from './core-types.ts';
import type { Delivery } from './delivery.ts';
import { readHostConfig } from './host-config.ts';
import type { InvocationEvent, LogListener } from './host-events.ts';
import { startHttpEndpoint } from './http-server.ts';
import { invoke } from './invocation.ts';
import { type Capabilities, loadApp } from './load-app.ts';
import { type Listener, startListener } from './service-bus-listener.ts';
import { type SettlementFault, startSettlementServer } from './settlement-server.ts';
import { startTimer, type TimerListener, type TimerTrigger } from './timer-listener.ts';
import type { TimerStorage } from './timer-storage.ts';
import { type QueueTrigger, readTriggers } from './triggers.ts';
import { type CommandLineForm, workerCommandLine } from './worker-command-line.ts';

export interface HostOptions {
  /** Folder of the built app: package.json and host.json. Default: the current directory. */
  readonly appDirectory?: string;
  /** App settings, put into `process.env` before the app is loaded. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the setting LOCAL_FUNCTIONS_KEY, else random. */
  readonly functionsKey?: string;
  /** Default: any free port. */
  readonly httpPort?: number;
  /** Which arguments tell the worker its gRPC address. Default: both forms, as the real host gives them. */
  readonly commandLine?: CommandLineForm;
  onInvocation?(event: InvocationEvent): void;
  readonly onLog?: LogListener;
}

export interface Host {
  readonly httpUrl: string;
  readonly functionsKey: string;
  readonly functions: readonly FunctionMetadata[];
  readonly capabilities: Capabilities;
  /** Makes the next `times` calls to the settlement service fail. */
  failSettlements(fault: SettlementFault, times: number): void;
  /** Stops receiving messages and waits for the running invocations. HTTP functions go on. */
  drain(): Promise<void>;
  /** Drains for at most `drainMs`, default 10 s, then closes everything. */
  stop(drainMs?: number): Promise<void>;
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/**
 * The SDK's own waits are made for outages of Azure: 30 s between tries, and 60 s for a settlement whose connection was lost, because
 * nothing tells it. A local broker is back at once or not at all.
 */
const RETRY_OPTIONS = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 2000, timeoutInMs: 10_000 };

const CLOSE_MS = 2000;

let startedInThisProcess = false;

/**
 * Stands in for the Azure Functions host and its Node worker: loads a built app through the real `@azure/functions` library, receives
 * from Service Bus, serves HTTP functions and the settlement service. One app a process (module cache, command line, settings).
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  if (startedInThisProcess)
    throw new Error('One process loads one app: start another host in its own process');
  startedInThisProcess = true;

  const appDirectory = resolve(options.appDirectory ?? '.');
  Object.assign(process.env, options.env);
  const config = readHostConfig(appDirectory);
  const functionsKey =
    options.functionsKey ?? process.env.LOCAL_FUNCTIONS_KEY ?? randomBytes(24).toString('base64url');
  const onInvocation = (event: InvocationEvent) => options.onInvocation?.(event);
  const minimumLevel = LEVELS.indexOf(config.logLevel);
  const log: LogListener = (level, functionName, message) => {
    if (LEVELS.indexOf(level) >= minimumLevel) options.onLog?.(level, functionName, message);
  };

  const app = createApp();
  const deliveries = new Map<string, Delivery>();
  const listeners: Listener[] = [];
  const timers: TimerListener[] = [];
  const clients = new Map<string, ServiceBusClient>();
  const settlement = await startSettlementServer(deliveries);
  process.argv = workerCommandLine(settlement.port, options.commandLine);
  provideCoreApi(app, (level, _category, message) => log(level, '', message));

  const run = async (functionName: string, request: InvocationRequest) => {
    const registered = app.functions.get(functionName);
    if (!registered) throw new Error(`No function "${functionName}"`);
    const result = await invoke(
      app,
      registered,
      request,
      config.functionTimeoutMs,
      (level, _category, message) => log(level, functionName, message),
    );
    if (!result.succeeded) log('error', functionName, `Invocation failed: ${result.error.message}`);
    return result;
  };

  const startTimers = async (triggers: readonly TimerTrigger[]): Promise<TimerListener[]> => {
    const storage = triggers.length > 0 ? await timerStorage(appDirectory) : undefined;
    if (triggers.length > 0 && !storage)
      log('error', '', 'Timer functions do not run: set AzureWebJobsStorage to a connection string.');
    if (!storage) return [];
    return triggers.map((trigger) => {
      const { functionName } = trigger;
      return startTimer({
        trigger,
        storage,
        invoke: (request) => run(functionName, request),
        onInvocation,
        onError: (message) => log('error', functionName, message),
      });
    });
  };

  const closeAll = async () => {
    for (const listener of listeners) listener.stop();
    // A client whose server is gone never finishes closing.
    await endedWithin(CLOSE_MS, Promise.all([...clients.values()].map((client) => client.close())));
    settlement.stop();
  };

  try {
    const capabilities = await loadApp(app, appDirectory);
    const functions = [...app.functions.values()].map(({ metadata }) => metadata);
    const { routes, queues, timers: timerTriggers } = readTriggers(functions, config, process.env);
    for (const trigger of queues) {
      if (!clients.has(trigger.connectionString)) {
        clients.set(trigger.connectionString, await openClient(trigger));
      }
    }
    const http = await startHttpEndpoint({
      routes,
      runTimer: (name) => timers.find(({ functionName }) => functionName === name)?.runNow(),
      functionsKey,
      port: options.httpPort ?? 0,
      invoke: run,
      onInvocation,
      onError: (message) => log('error', '', message),
    });
    // Last, so that no message is taken by a host that then fails to start.
    for (const trigger of queues) {
      const { functionName, connectionString } = trigger;
      const client = clients.get(connectionString);
      if (!client) continue;
      listeners.push(
        startListener({
          trigger,
          client,
          config: config.serviceBus,
          deliveries,
          invoke: (request) => run(functionName, request),
          onInvocation,
          onError: (message) => log('error', functionName, message),
        }),
      );
    }
    timers.push(...(await startTimers(timerTriggers)));

    const drain = async () => {
      await Promise.all([...listeners, ...timers].map((listener) => listener.drain()));
    };
    return {
      httpUrl: http.url,
      functionsKey,
      functions,
      capabilities,
      failSettlements: settlement.fail,
      drain,
      async stop(drainMs = 10_000) {
        await endedWithin(drainMs, drain());
        const context = { hookData: {}, appHookData: app.hookData };
        for (const hook of app.hooks.appTerminate) await hook(context);
        await http.stop();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openClient({ functionName, connectionString }: QueueTrigger): Promise<ServiceBusClient> {
  // Not at the top: an app without queue triggers starts in half the time.
  const { RetryMode, ServiceBusClient } = await import('@azure/service-bus');
  try {
    return new ServiceBusClient(connectionString, {
      retryOptions: { ...RETRY_OPTIONS, mode: RetryMode.Exponential },
    });
  } catch (error) {
    // The SDK's text says what is missing and does not repeat the key.
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Function "${functionName}": its connection is not a Service Bus connection string: ${reason}`,
    );
  }
}

/** Where the timers' leases are. Apps that share a storage account set AzureFunctionsWebHost__hostid apart. */
async function timerStorage(appDirectory: string): Promise<TimerStorage | undefined> {
  const connectionString = process.env.AzureWebJobsStorage;
  if (!connectionString) return undefined;
  const { openTimerStorage } = await import('./timer-storage.ts');
  return openTimerStorage(
    connectionString,
    process.env.AzureFunctionsWebHost__hostid ?? basename(appDirectory).toLowerCase(),
  );
}
