import { resolve } from 'node:path';
import type { Host, HostOptions } from './host-options.ts';
import { WorkerSlot } from './worker-slot.ts';

/**
 * Stands in for the Azure Functions host: starts a worker process that loads a built app through the real
 * `@azure/functions` library, receives from Service Bus, serves HTTP functions, timers and the settlement
 * service. One app a process (settings).
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const appDirectory = resolve(options.appDirectory ?? '.');
  Object.assign(process.env, options.env);
  let serving: import('./app-server.ts').AppServer | undefined;
  let started = false;
  // First, and without any library: the worker starts while this process loads what it needs.
  const worker = new WorkerSlot({
    appDirectory,
    onStart: (pid) => options.onWorker?.(pid),
    onEnd: async (end) => {
      // Before the app is loaded, the start fails with it.
      if (!started) return;
      await serving?.giveBack();
      options.onWorkerEnd?.(end);
    },
    onLog: (line) => serving?.log(line),
    onConsole: (level, line) => serving?.logConsole(level, line),
  });
  try {
    const { AppServer } = await import('./app-server.ts');
    serving = new AppServer(worker, appDirectory, options);
    const host = await serving.start();
    started = true;
    return host;
  } catch (error) {
    await worker.kill();
    await serving?.close();
    throw error;
  }
}
