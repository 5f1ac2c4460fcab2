import type { HostProcess } from '../host/spawn.ts';
import type { AppOptions, Stack } from '../stack.ts';

/** The running connector of each preset: what ends without being told to is started again, as Azure does. */
interface Keeper {
  of(preset: string): HostProcess;
  /** Resolves when it runs again. */
  kill(preset: string): Promise<void>;
  /** Ends all of them and starts them with the settings that they have now. */
  restart(): Promise<void>;
  /** From now on nothing is started again. */
  letGo(): void;
}

const DRAIN_MS = 2_000;

export function createKeeper(
  presets: readonly string[],
  stack: Pick<Stack, 'hosts' | 'startApp'>,
  appOf: (preset: string) => AppOptions,
): Keeper {
  const hosts = new Map<string, HostProcess>();
  const comingBack = new Map<string, Promise<void>>();
  let isWatching = true;

  function keep(preset: string, host: HostProcess): void {
    hosts.set(preset, host);
    void host.exited.then(() => {
      if (!isWatching || hosts.get(preset) !== host) return;
      const say = (text: string) => appOf(preset).onLine?.(undefined, text);
      say('The connector has ended without being told to, and is started again.');
      const back = start(preset).then(
        () => say('The connector runs again.'),
        (error: Error) => say(`The connector cannot be started again: ${error.message}`),
      );
      comingBack.set(preset, back);
    });
  }

  function of(preset: string): HostProcess {
    const host = hosts.get(preset);
    if (!host) throw new Error(`There is no connector for ${preset}.`);
    return host;
  }

  /** Where it was before, so that an address on the screen stays true; elsewhere when somebody took the port. */
  async function start(preset: string): Promise<void> {
    const { httpUrl, functionsKey } = of(preset);
    const app = appOf(preset);
    const http = { httpPort: Number(new URL(httpUrl).port), functionsKey };
    keep(preset, await stack.startApp({ ...app, http }).catch(() => stack.startApp(app)));
  }

  presets.forEach((preset, index) => {
    const host = stack.hosts[index];
    if (host) keep(preset, host);
  });
  return {
    of,
    async kill(preset) {
      await of(preset).kill('SIGKILL');
      await comingBack.get(preset);
    },
    async restart() {
      await Promise.all(comingBack.values());
      isWatching = false;
      await Promise.all([...hosts.values()].map((host) => host.stop(DRAIN_MS)));
      isWatching = true;
      await Promise.all(presets.map(start));
    },
    letGo() {
      isWatching = false;
    },
  };
}
