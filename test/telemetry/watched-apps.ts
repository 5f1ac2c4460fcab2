import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { expect, vi } from 'vitest';
import { corSeed } from '../../local/events/cast.ts';
import { listSamples } from '../../local/events/samples.ts';
import type { InvocationEvent } from '../../local/host/host-events.ts';
import type { HostProcess } from '../../local/host/spawn.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type OutsideWorld, startOutsideWorld } from '../../local/telemetry/outside-world.ts';

type Line = Readonly<Record<string, unknown>>;

export interface WatchedApp {
  readonly host: HostProcess;
  /** JSON lines that the app wrote to its invocations or to the console. */
  readonly lines: readonly Line[];
  readonly invocations: readonly InvocationEvent[];
  send(messages: ServiceBusMessage[]): Promise<void>;
  /** Resolves when so many invocations have ended. */
  handled(count: number): Promise<void>;
}

export interface WatchedApps<Name extends string> extends Pick<Stack, 'cor'> {
  readonly apps: Readonly<Record<Name, WatchedApp>>;
  readonly outside: OutsideWorld;
}

/** The built connector once for each name, on one local stack, each with its telemetry settings. `onEnd` is told what ends them. */
export async function startWatchedApps<Name extends string>(
  settings: Readonly<Record<Name, Readonly<Record<string, string>>>>,
  onEnd: (end: () => Promise<void>) => void,
): Promise<WatchedApps<Name>> {
  const outside = await startOutsideWorld();
  onEnd(outside.stop);
  const stack = await startStack({ ledger: 'memory', cor: corSeed(), apps: [] });
  const client = new ServiceBusClient(stack.broker.connectionString);
  onEnd(async () => {
    await client.close();
    await stack.stop();
  });

  async function startApp(queue: string, env: Readonly<Record<string, string>>): Promise<WatchedApp> {
    const lines: Line[] = [];
    const invocations: InvocationEvent[] = [];
    stack.broker.createQueue({ name: queue });
    const host = await stack.startApp({
      queue,
      env: { UNMAPPED_GRACE: '0s', WEBSITE_SITE_NAME: 'func-cor-test', ...outside.env, ...env },
      onInvocation: (event) => invocations.push(event),
      onLine: (line) => line && lines.push(line),
    });
    const sender = client.createSender(queue);
    return {
      host,
      lines,
      invocations,
      send: (messages) => sender.sendMessages(messages),
      handled: (count) =>
        vi.waitFor(() => expect(invocations).toHaveLength(count), { timeout: 15_000, interval: 20 }),
    };
  }

  const names = Object.keys(settings) as Name[];
  const apps = await Promise.all(
    names.map(async (name): Promise<[Name, WatchedApp]> => [name, await startApp(name, settings[name])]),
  );
  return { cor: stack.cor, outside, apps: Object.fromEntries(apps) as Record<Name, WatchedApp> };
}

/** The sample events of the default mapping, as Dataverse would post them. */
export function sampleMessages(): (ServiceBusMessage & { messageId: string; body: Buffer })[] {
  return listSamples()
    .filter(({ preset }) => preset === 'resource-assignment')
    .map(({ body, contentType, applicationProperties }, index) => ({
      // The samples' own ids are their file names, and some of those hold the names of people.
      messageId: `message ${index}`,
      body,
      contentType,
      applicationProperties: { ...applicationProperties },
    }));
}
