import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FunctionMetadata } from './core-types.ts';
import type { InvocationEvent, LogListener } from './host-events.ts';
import type { HostProcessOptions, MessageToHost, MessageToParent } from './host-messages.ts';
import type { Capabilities } from './load-app.ts';
import type { SettlementFault } from './settlement-server.ts';

export interface SpawnOptions extends Omit<HostProcessOptions, 'reportInvocations'> {
  /** App settings, on top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest wait for the host to be ready, milliseconds. Default: 30 s. */
  readonly readyMs?: number;
  onInvocation?(event: InvocationEvent): void;
  readonly onLog?: LogListener;
}

export interface HostProcess {
  readonly pid: number;
  /** Of the worker that runs the app now. */
  workerPid(): number;
  readonly httpUrl: string;
  readonly functionsKey: string;
  readonly functions: readonly FunctionMetadata[];
  readonly capabilities: Capabilities;
  /** Makes the next `times` calls to the settlement service fail; resolves when the order is in force. */
  failSettlements(fault: SettlementFault, times: number): Promise<void>;
  /** Stops receiving messages and waits for the running invocations. */
  drain(): Promise<void>;
  /**
   * Drains for at most `drainMs` (default: not at all), has the worker terminate, closes everything and ends
   * the process; kills it when that takes too long.
   */
  stop(drainMs?: number): Promise<void>;
  /** Ends the worker (SIGKILL), then the host. Resolves when that has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with the exit code (null after a signal) whenever and however the process ends. */
  readonly exited: Promise<number | null>;
}

/** The worker has 5 s to terminate, and what it left needs some to be given back. */
const CLOSING_MS = 10_000;

/**
 * Starts a host in a process of its own. Rejects with the host's own error text when the app does not load.
 */
export async function spawnHost(options: SpawnOptions = {}): Promise<HostProcess> {
  const { env, readyMs = 30_000, onInvocation, onLog, ...hostOptions } = options;
  const processOptions: HostProcessOptions = {
    ...hostOptions,
    reportInvocations: onInvocation !== undefined,
  };
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), {
    env: { ...process.env, ...env, LOCAL_HOST_OPTIONS: JSON.stringify(processOptions) },
    // A test runner's own flags are not for the host.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const errorOutput: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (errorOutput.length < 20) errorOutput.push(text);
  });
  let workerPid: number | undefined;

  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  child.on('message', (message: MessageToParent) => {
    if (message.type === 'invocations') for (const event of message.events) onInvocation?.(event);
    else if (message.type === 'worker') workerPid = message.pid;
    else if (message.type === 'log') onLog?.(message.level, message.functionName, message.message);
    else if (message.type === 'done') {
      const command = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) command?.reject(new Error(message.error));
      else command?.resolve();
    }
  });

  const end = (signal: NodeJS.Signals) => {
    // The worker first: a busy one would notice late that its host is gone, and work on.
    if (workerPid !== undefined) endProcess(workerPid);
    child.kill(signal);
  };
  const { httpUrl, functionsKey, functions, capabilities } = await untilReady(child, readyMs, () =>
    errorOutput.join(''),
  ).catch((error: unknown) => {
    end('SIGKILL');
    throw error;
  });

  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('The Functions host has ended'));
    waiting.clear();
  });
  let lastId = 0;
  const tell = (command: (id: number) => MessageToHost) =>
    new Promise<void>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      child.send(command(id), (error) => error && reject(error));
    });

  const kill = async (signal: NodeJS.Signals = 'SIGTERM') => {
    end(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    workerPid: () => workerPid ?? 0,
    httpUrl,
    functionsKey,
    functions,
    capabilities,
    exited,
    failSettlements: (fault, times) => tell((id) => ({ type: 'failSettlements', id, fault, times })),
    drain: () => tell((id) => ({ type: 'drain', id })),
    async stop(drainMs = 0) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => end('SIGKILL'), drainMs + CLOSING_MS);
      const command: MessageToHost = { type: 'stop', drainMs };
      child.send(command, () => undefined);
      await exited;
      clearTimeout(timer);
    },
    kill,
  };
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

type Ready = Extract<MessageToParent, { type: 'ready' }>;

async function untilReady(child: ChildProcess, readyMs: number, errorOutput: () => string): Promise<Ready> {
  const aborted = new AbortController();
  const { signal } = aborted;
  const timer = setTimeout(() => aborted.abort(), readyMs);
  try {
    return await new Promise<Ready>((resolve, reject) => {
      child.on('message', (message: MessageToParent) => {
        if (message.type === 'ready') resolve(message);
        else if (message.type === 'failed')
          reject(new Error(`The Functions host did not start: ${message.error}`));
      });
      child.on('error', reject);
      child.once('exit', (code) =>
        reject(
          new Error(`The Functions host ended (exit code ${code}) before it was ready: ${errorOutput()}`),
        ),
      );
      signal.addEventListener('abort', () =>
        reject(new Error(`The Functions host was not ready within ${readyMs} ms: ${errorOutput()}`)),
      );
    });
  } finally {
    clearTimeout(timer);
  }
}
