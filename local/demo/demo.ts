import { ServiceBusClient, type ServiceBusSender } from '@azure/service-bus';
import type { CorSandboxOptions } from '../cor/sandbox.ts';
import type { LocalDataverse } from '../dataverse/options.ts';
import type { PostedMessage } from '../dataverse/post-event.ts';
import type { HostProcess } from '../host/spawn.ts';
import { type AppOptions, type Stack, startStack } from '../stack.ts';
import { startPostingDataverse } from '../with-dataverse.ts';
import { leaveWaiting } from './bring-forward.ts';
import { createKeeper } from './keeper.ts';
import type { Line } from './line.ts';
import { wakeAll } from './sleep.ts';

/** What a message looks like on its way into the queue: a person's switch may change it, or keep it. */
type Alter = (message: PostedMessage) => PostedMessage | undefined;

/** A message, or one that says of which AMQP section its body is. */
type Sendable = Parameters<ServiceBusSender['sendMessages']>[0];

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
  send(queue: string, message: Sendable): Promise<void>;
  /** The next message that Dataverse posts goes out like this. */
  alterNext(alter: Alter): void;
  /** Ends the connectors and starts them on this day, with these settings beside those that they have. */
  restart(day: string, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Kills the connector of a preset; resolves when it runs again: whatever ends without being told to is started anew. */
  kill(preset: string): Promise<void>;
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

const STORAGE_ENDED =
  'Storage has ended, and the ledger with it: nothing can be applied any more. Press Ctrl-C, and start again.';

type Listener = Parameters<Demo['onLine']>[0];

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
  const client = new ServiceBusClient(stack.serviceBus);
  const posting = await startPostingDataverse(stack.serviceBus, presets, (message) => {
    const change = alter;
    alter = undefined;
    return change ? change(message) : message;
  });
  const { dataverse } = posting;

  const hosts = createKeeper(presets, stack, appOf);
  let isEnding = false;
  void stack.storage?.exited.then(() => {
    // Unlike a connector it cannot be started again: the ledger was in its memory.
    if (!isEnding) for (const preset of presets) appOf(preset).onLine?.(undefined, STORAGE_ENDED);
  });

  return {
    stack,
    dataverse,
    dataverseSettings: posting.settings,
    presets,
    get day() {
      return day;
    },
    host: hosts.of,
    kill: hosts.kill,
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
      await hosts.restart();
    },
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      isEnding = true;
      leaveWaiting();
      hosts.letGo();
      wakeAll();
      await Promise.allSettled([posting.close(), client.close()]);
      await stack.stop();
    },
  };
}
