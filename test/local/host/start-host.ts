import { onTestFinished } from 'vitest';
import type { InvocationEvent } from '../../../local/host/host-events.ts';
import { type HostProcess, type SpawnOptions, spawnHost } from '../../../local/host/spawn.ts';
import { type AppSource, buildApp } from './build-app.ts';

export interface TestHost extends HostProcess {
  readonly events: readonly InvocationEvent[];
  readonly logs: readonly string[];
  /** Resolves when `count` invocations have been reported. */
  invocations(count: number): Promise<readonly InvocationEvent[]>;
}

/** A host process with this app; killed when the test ends, whatever its end. */
export async function startTestHost(source: AppSource, options: SpawnOptions = {}): Promise<TestHost> {
  const events: InvocationEvent[] = [];
  const logs: string[] = [];
  const checks = new Set<() => void>();
  const host = await spawnHost({
    appDirectory: await buildApp(source),
    onInvocation(event) {
      events.push(event);
      for (const check of checks) check();
    },
    onLog: (level, functionName, message) => logs.push(`${level} ${functionName}: ${message}`),
    ...options,
  });
  onTestFinished(() => host.kill('SIGKILL'));
  return {
    ...host,
    events,
    logs,
    invocations: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${events.length} of ${count} invocations\n${logs.slice(-20).join('\n')}`)),
          15_000,
        );
        const check = () => {
          if (events.length < count) return;
          clearTimeout(timer);
          checks.delete(check);
          resolve(events);
        };
        checks.add(check);
        check();
      }),
  };
}
