import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import type { CorSandboxOptions } from '../cor/sandbox.ts';
import type { LocalDataverse } from '../dataverse/options.ts';
import type { PostedMessage } from '../dataverse/post-event.ts';
import type { HostProcess } from '../host/spawn.ts';
import { type AppOptions, type Stack, startStack } from '../stack.ts';
import { startPostingDataverse } from '../with-dataverse.ts';
import type { Line } from './line.ts';

/** What a message looks like on its way into the queue: a person's switch may change it. */
type Alter = (message: PostedMessage) => PostedMessage;

/** The whole system with a local Dataverse whose steps post into it, one connector for each preset. */
export interface Demo {
  readonly stack: Stack;
  readonly dataverse: LocalDataverse;
  /** What a connector needs to read it. */
  readonly dataverseSettings: Readonly<Record<string, string>>;
  readonly presets: readonly string[];
  /** The day that the connectors take for today, `2026-03-04`. */
  readonly day: string;
  /** The running connector of a preset. */
  host(preset: string): HostProcess;
  /** Settings of each connector by preset, as it has them now. */
  settings(): Record<string, Record<string, string>>;
  send(queue: string, message: ServiceBusMessage): Promise<void>;
  /** The next message that Dataverse posts goes out like this. */
  alterNext(alter: Alter): void;
  /** Ends the connectors and starts them on this day, with these settings beside those that they have. */
  restart(day: string, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts the connector of a preset again, whose process has ended. */
  revive(preset: string): Promise<void>;
  /** Hears every line that a connector writes; returns the function that takes the listener away. */
  onLine(listener: (preset: string, line: Line | undefined, text: string) => void): () => void;
  stop(): Promise<void>;
}

export interface DemoOptions {
  readonly presets: readonly string[];
  readonly day: string;
  readonly cor: CorSandboxOptions;
  /** Connection string of a Service Bus to play against instead of the built-in broker. */
  readonly serviceBus?: string | undefined;
  /** Settings of every connector beside those that the stack fills in. */
  readonly env: Readonly<Record<string, string>>;
}

type Listener = Parameters<Demo['onLine']>[0];

const DRAIN_MS = 2_000;

export async function startDemo({
  presets,
  day: firstDay,
  cor,
  serviceBus,
  env,
}: DemoOptions): Promise<Demo> {
  const listeners = new Set<Listener>();
  let day = firstDay;
  let more: Readonly<Record<string, string>> = {};
  let alter: Alter | undefined;

  const appOf = (preset: string): AppOptions => ({
    queue: preset,
    env: { MAPPING: preset, ...env, ...more, COR_TODAY: day },
    onLine(line, text) {
      for (const listener of listeners) listener(preset, line, text);
    },
  });
  const stack = await startStack({
    apps: presets.map(appOf),
    cor,
    today: day,
    ...(serviceBus !== undefined && { serviceBus }),
  });
  const hosts = new Map(presets.map((preset, index) => [preset, stack.hosts[index]]));
  const client = new ServiceBusClient(stack.serviceBus);
  const posting = await startPostingDataverse(stack.serviceBus, presets, (message) => {
    const altered = alter?.(message) ?? message;
    alter = undefined;
    return altered;
  });
  const { dataverse } = posting;

  async function revive(preset: string): Promise<void> {
    hosts.set(preset, await stack.startApp(appOf(preset)));
  }

  return {
    stack,
    dataverse,
    dataverseSettings: posting.settings,
    presets,
    get day() {
      return day;
    },
    host(preset) {
      const host = hosts.get(preset);
      if (!host) throw new Error(`There is no connector for ${preset}.`);
      return host;
    },
    settings: () => Object.fromEntries(presets.map((preset) => [preset, stack.settings(appOf(preset))])),
    async send(queue, message) {
      const sender = client.createSender(queue);
      await sender.sendMessages(message);
      await sender.close();
    },
    alterNext(change) {
      alter = change;
    },
    async restart(newDay, settings = {}) {
      day = newDay;
      more = { ...more, ...settings };
      await Promise.all([...hosts.values()].map((host) => host?.stop(DRAIN_MS)));
      await Promise.all(presets.map(revive));
    },
    revive,
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await Promise.allSettled([posting.close(), client.close()]);
      await stack.stop();
    },
  };
}
