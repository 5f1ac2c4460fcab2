import { fileURLToPath } from 'node:url';
import { openLedger } from '../src/ledger/open-ledger.ts';
import { pinOrganization } from '../src/ledger/organization.ts';
import { type Broker, type QueueOptions, startBroker } from './broker/broker.ts';
import type { Clock } from './broker/clock.ts';
import { type CorSandbox, type CorSandboxOptions, startCorSandbox } from './cor/sandbox.ts';
import { ORGANIZATION } from './events/cast.ts';
import { STORY_DAY } from './events/story-day.ts';
import type { InvocationEvent } from './host/host-events.ts';
import { type HostProcess, spawnHost } from './host/spawn.ts';
import { type LocalStorage, startLocalStorage } from './storage/azurite.ts';

/** One process of the built connector, with its own queue. */
export interface AppOptions {
  readonly queue: string;
  /** Where package.json and host.json of the app are. Default: this project, so the connector as it was built. */
  readonly directory?: string;
  /** Settings beside those that the stack fills in itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its HTTP functions answer, and to which key. Default: any free port, a key of its own. */
  readonly http?: { readonly httpPort: number; readonly functionsKey: string };
  /** Lines that the app logs, parsed; `undefined` for text that is no JSON. */
  onLine?(line: Readonly<Record<string, unknown>> | undefined, text: string): void;
  onInvocation?(event: InvocationEvent): void;
}

export interface StackOptions {
  readonly apps: readonly AppOptions[];
  readonly cor?: CorSandboxOptions;
  /** Options of every queue that the apps name. */
  readonly queue?: Omit<QueueOptions, 'name'>;
  /** The day that the connector takes for today. Default: that of the stories, which are of March 2026. */
  readonly today?: string;
  /** The broker's clock. Default: the system's. */
  readonly clock?: Clock;
  /** Where the ledger is: a real Azurite (default), or in the memory of each app. */
  readonly ledger?: 'azurite' | 'memory';
  /** Connection string of another Service Bus, with these queues; the built-in broker is then idle. */
  readonly serviceBus?: string;
}

export interface Stack {
  readonly broker: Broker;
  /** Connection string of what the apps receive from: the broker's, unless another was given. */
  readonly serviceBus: string;
  readonly cor: CorSandbox;
  readonly storage: LocalStorage | undefined;
  readonly hosts: readonly HostProcess[];
  /** Starts one more process of the connector. */
  startApp(app: AppOptions): Promise<HostProcess>;
  /** The settings that an app gets: a CLI can use them to reach the same services. */
  settings(app: AppOptions): Record<string, string>;
  stop(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The sample events are of this one; for others say `./connector ledger organization set ID --local`. */
async function pinOwnOrganization({ connectionString }: LocalStorage): Promise<void> {
  const { documents } = openLedger({ connectionString });
  await pinOrganization(documents, {
    id: ORGANIZATION.id,
    pinnedAt: new Date().toISOString(),
    by: 'command',
  });
}

/** Starts the whole system on loopback: broker, COR sandbox, storage, and the built connector in processes of its own. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const names = new Set(options.apps.map(({ queue }) => queue));
  const [broker, cor, storage] = await Promise.all([
    startBroker({
      queues: [...names].map((name) => ({ ...options.queue, name })),
      ...(options.clock && { clock: options.clock }),
    }),
    startCorSandbox(options.cor),
    options.ledger === 'memory' ? undefined : startLocalStorage(),
  ]);
  const serviceBus = options.serviceBus ?? broker.connectionString;
  const hosts: HostProcess[] = [];
  if (storage) await pinOwnOrganization(storage);

  function settings({ queue, env }: AppOptions): Record<string, string> {
    return {
      ServiceBusConnection: serviceBus,
      ServiceBusQueueName: queue,
      COR_BASE_URL: cor.baseUrl,
      COR_TOKEN_URL: cor.tokenUrl,
      COR_API_KEY: cor.apiKey,
      COR_CLIENT_SECRET: cor.clientSecret,
      COR_TODAY: options.today ?? STORY_DAY,
      AzureWebJobsStorage: storage?.connectionString ?? '',
      AzureFunctionsWebHost__hostid: queue.toLowerCase(),
      LedgerStorage: storage ? '' : 'memory',
      ...env,
    };
  }

  async function startApp(app: AppOptions): Promise<HostProcess> {
    const { onInvocation, onLine, directory = PROJECT, http } = app;
    const host = await spawnHost({
      ...http,
      appDirectory: directory,
      env: settings(app),
      ...(onInvocation && { onInvocation }),
      onLog: (_level, _functionName, text) => onLine?.(parsed(text), text),
    });
    hosts.push(host);
    return host;
  }

  async function stop(): Promise<void> {
    await Promise.allSettled(hosts.map((host) => host.stop(1_000)));
    await Promise.allSettled([broker.stop(), cor.stop(), storage?.stop()]);
  }

  try {
    await Promise.all(options.apps.map(startApp));
  } catch (error) {
    await stop();
    throw error;
  }
  return { broker, serviceBus, cor, storage, hosts, startApp, settings, stop };
}
