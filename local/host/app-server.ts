import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { ServiceBusClient } from '@azure/service-bus';
import { endedWithin } from '../../src/timeout.ts';
import { CONSOLE_CATEGORY } from './console-line.ts';
import type { InvocationRequest, LogLevel } from './core-types.ts';
import type { Delivery } from './delivery.ts';
import { type HostConfig, readHostConfig } from './host-config.ts';
import type { Host, HostOptions } from './host-options.ts';
import { type HttpEndpoint, startHttpEndpoint } from './http-server.ts';
import type { InvocationResult } from './invocation.ts';
import { createLogFilter, logCategory } from './log-filter.ts';
import { openQueueClient } from './queue-client.ts';
import { type Listener, startListener } from './service-bus-listener.ts';
import { type SettlementServer, startSettlementServer } from './settlement-server.ts';
import { startTimer, type TimerListener, type TimerTrigger } from './timer-listener.ts';
import type { TimerStorage } from './timer-storage.ts';
import { type QueueTrigger, readTriggers } from './triggers.ts';
import { workerCommandLine } from './worker-command-line.ts';
import type { LoadedApp, MessageFromWorker } from './worker-messages.ts';
import type { WorkerSlot } from './worker-slot.ts';

const CLOSE_MS = 2000;

/** The categories of what the host itself has to say. */
const HOST = { startup: 'Host.Startup', listener: 'Host.Triggers', http: 'Host.Http' } as const;

/**
 * Serves the functions of one app: what waits for messages, requests and times, and hands them to the worker.
 */
export class AppServer {
  readonly #worker: WorkerSlot;
  readonly #appDirectory: string;
  readonly #options: HostOptions;
  readonly #config: HostConfig;
  readonly #passes: ReturnType<typeof createLogFilter>;
  /** The token cache of the settlement service. */
  readonly #deliveries = new Map<string, Delivery>();
  readonly #clients = new Map<string, ServiceBusClient>();
  readonly #listeners: Listener[] = [];
  readonly #timers: TimerListener[] = [];
  #settlement: SettlementServer | undefined;
  #http: HttpEndpoint | undefined;

  constructor(worker: WorkerSlot, appDirectory: string, options: HostOptions) {
    this.#worker = worker;
    this.#appDirectory = appDirectory;
    this.#options = options;
    this.#config = readHostConfig(appDirectory);
    this.#passes = createLogFilter(this.#config.logLevels);
  }

  async start(): Promise<Host> {
    const settlement = await startSettlementServer(this.#deliveries);
    this.#settlement = settlement;
    const loaded = await this.#worker.load(workerCommandLine(settlement.port, this.#options.commandLine));
    if (loaded.problem !== undefined)
      this.#say('debug', HOST.startup, '', `0 functions found: ${loaded.problem}`);
    const functionsKey =
      this.#options.functionsKey ?? process.env.LOCAL_FUNCTIONS_KEY ?? randomBytes(24).toString('base64url');
    const http = await this.#serve(loaded, functionsKey);
    return {
      httpUrl: http.url,
      functionsKey,
      functions: loaded.functions,
      capabilities: loaded.capabilities,
      failSettlements: settlement.fail,
      drain: () => this.#drain(),
      stop: (drainMs = 0) => this.#stop(drainMs),
    };
  }

  /** What the worker logs. */
  log({ functionName, level, category, message }: Extract<MessageFromWorker, { type: 'log' }>): void {
    this.#say(level, logCategory(functionName, category), functionName, message);
  }

  logConsole(level: LogLevel, line: string): void {
    this.#say(level, CONSOLE_CATEGORY, '', line);
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.stop();
    await this.#http?.stop();
    // A client whose server is gone never finishes closing.
    await endedWithin(CLOSE_MS, Promise.all([...this.#clients.values()].map((client) => client.close())));
    this.#settlement?.stop();
  }

  async #serve({ functions }: LoadedApp, functionsKey: string): Promise<HttpEndpoint> {
    const { routes, queues, timers } = readTriggers(functions, this.#config, process.env);
    for (const trigger of queues) {
      if (!this.#clients.has(trigger.connectionString))
        this.#clients.set(trigger.connectionString, await openQueueClient(trigger));
    }
    this.#http = await startHttpEndpoint({
      routes,
      runTimer: (name) => this.#timers.find(({ functionName }) => functionName === name)?.runNow(),
      functionsKey,
      port: this.#options.httpPort ?? 0,
      invoke: (functionName, request) => this.#invoke(functionName, request),
      onInvocation: (event) => this.#options.onInvocation?.(event),
      onError: (message) => this.#say('error', HOST.http, '', message),
    });
    // Last, so that no message is taken by a host that then fails to start.
    for (const trigger of queues) this.#listen(trigger);
    await this.#startTimers(timers);
    return this.#http;
  }

  #listen(trigger: QueueTrigger): void {
    const { functionName, connectionString } = trigger;
    const client = this.#clients.get(connectionString);
    if (!client) return;
    this.#listeners.push(
      startListener({
        trigger,
        client,
        config: this.#config.serviceBus,
        deliveries: this.#deliveries,
        invoke: (request) => this.#invoke(functionName, request),
        onInvocation: (event) => this.#options.onInvocation?.(event),
        onError: (message) => this.#say('error', HOST.listener, functionName, message),
      }),
    );
  }

  async #startTimers(triggers: readonly TimerTrigger[]): Promise<void> {
    if (triggers.length === 0) return;
    const storage = await timerStorage(this.#appDirectory);
    if (!storage) {
      const message = 'Timer functions do not run: set AzureWebJobsStorage to a connection string.';
      this.#say('error', HOST.listener, '', message);
      return;
    }
    for (const trigger of triggers) {
      const { functionName } = trigger;
      this.#timers.push(
        startTimer({
          trigger,
          storage,
          invoke: (request) => this.#invoke(functionName, request),
          onInvocation: (event) => this.#options.onInvocation?.(event),
          onError: (message) => this.#say('error', HOST.listener, functionName, message),
        }),
      );
    }
  }

  async #invoke(functionName: string, request: InvocationRequest): Promise<InvocationResult> {
    const result = await this.#worker.invoke(functionName, request, this.#config.functionTimeoutMs);
    if (!result.succeeded)
      this.#say('error', `Function.${functionName}`, functionName, `Invocation failed: ${result.error}`);
    return result;
  }

  #say(level: LogLevel, category: string, functionName: string, message: string): void {
    if (this.#passes(level, category)) this.#options.onLog?.(level, functionName, message);
  }

  /** The worker is gone: what it had not ended has failed and is given back, for others to take. */
  async giveBack(): Promise<void> {
    await endedWithin(CLOSE_MS, this.#drain());
  }

  async #drain(): Promise<void> {
    await Promise.all([...this.#listeners, ...this.#timers].map((listener) => listener.drain()));
  }

  async #stop(drainMs: number): Promise<void> {
    const drained = this.#drain();
    await endedWithin(drainMs, drained);
    await this.#worker.terminate();
    // What the worker did not end has failed by now, and is given back.
    await endedWithin(CLOSE_MS, drained);
    await this.close();
  }
}

/**
 * Where the timers' leases are. Apps that share a storage account set AzureFunctionsWebHost__hostid apart.
 */
async function timerStorage(appDirectory: string): Promise<TimerStorage | undefined> {
  const connectionString = process.env.AzureWebJobsStorage;
  if (!connectionString) return undefined;
  const { openTimerStorage } = await import('./timer-storage.ts');
  return openTimerStorage(
    connectionString,
    process.env.AzureFunctionsWebHost__hostid ?? basename(appDirectory).toLowerCase(),
  );
}
