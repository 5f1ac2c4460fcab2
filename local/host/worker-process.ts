import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { withTimeout } from '../../src/timeout.ts';
import { errorLineLevel } from './console-line.ts';
import type { InvocationRequest, LogLevel } from './core-types.ts';
import type { InvocationResult } from './invocation.ts';
import type { LoadedApp, MessageFromWorker, MessageToWorker } from './worker-messages.ts';

export interface WorkerListener {
  onLog(line: Extract<MessageFromWorker, { type: 'log' }>): void;
  onConsole(level: LogLevel, line: string): void;
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** "exit code 7", "SIGKILL" */
  readonly how: string;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
/** Of what it wrote, the last lines: an app that ends its process mostly says why. */
const MAX_LAST_LINES = 20;

/** A worker as its host sees it. */
export class WorkerProcess {
  readonly pid: number;
  readonly ended: Promise<WorkerEnd>;
  /** Rejects with the app's own error, or when the process ends before. */
  readonly loaded: Promise<LoadedApp>;
  readonly #child: ChildProcess;
  readonly #listener: WorkerListener;
  readonly #waiting = new Map<string, (result: InvocationResult) => void>();
  readonly #lastLines: string[] = [];
  readonly #load = Promise.withResolvers<LoadedApp>();
  #end: WorkerEnd | undefined;

  constructor(appDirectory: string, env: NodeJS.ProcessEnv, listener: WorkerListener) {
    this.#listener = listener;
    this.#child = fork(WORKER, {
      cwd: appDirectory,
      env,
      execArgv: [],
      // Bytes stay bytes.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.pid = this.#child.pid ?? 0;
    this.#child.on('message', (message: MessageFromWorker) => this.#hear(message));
    this.#readLines();
    this.ended = this.#whenEnded();
    this.loaded = this.#load.promise;
    // Whoever asks for it is told; nobody has to.
    this.loaded.catch(() => undefined);
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  load(appDirectory: string, argv: readonly string[]): void {
    this.#tell({ type: 'load', appDirectory, argv });
  }

  /** Never rejects: a worker that ends fails its invocations. */
  invoke(functionName: string, request: InvocationRequest): Promise<InvocationResult> {
    if (this.#end) return Promise.resolve({ succeeded: false, error: this.#endText() });
    return new Promise((resolve) => {
      this.#waiting.set(request.invocationId, resolve);
      this.#tell({ type: 'invoke', functionName, request });
    });
  }

  /** Has the termination hooks run, and kills a worker that does not end within `graceMs`. */
  async terminate(graceMs: number): Promise<WorkerEnd> {
    this.#tell({ type: 'terminate' });
    return withTimeout(graceMs, this.ended, () => this.kill());
  }

  kill(): Promise<WorkerEnd> {
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  #tell(message: MessageToWorker): void {
    // One that is gone is told nothing: its end fails what waits.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #hear(message: MessageFromWorker): void {
    switch (message.type) {
      case 'result': {
        const settle = this.#waiting.get(message.invocationId);
        this.#waiting.delete(message.invocationId);
        settle?.(message.result);
        break;
      }
      case 'log':
        this.#listener.onLog(message);
        break;
      case 'loaded':
        this.#load.resolve(message);
        break;
      case 'failed':
        this.#load.reject(new Error(message.error));
        break;
    }
  }

  #readLines(): void {
    const { stdout, stderr } = this.#child;
    const take = (level: LogLevel, line: string) => {
      if (line === '') return;
      if (this.#lastLines.push(line) > MAX_LAST_LINES) this.#lastLines.shift();
      this.#listener.onConsole(level, line);
    };
    if (stdout) createInterface(stdout).on('line', (line) => take('information', line));
    if (stderr) createInterface(stderr).on('line', (line) => take(errorLineLevel(line), line));
  }

  async #whenEnded(): Promise<WorkerEnd> {
    // Not at 'exit': its last words may still be under way.
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    this.#end = { code, signal, how: signal ?? `exit code ${code}` };
    const said = this.#lastLines.join('\n');
    this.#load.reject(new Error(`The worker ended (${this.#end.how}) before the app was loaded: ${said}`));
    for (const settle of this.#waiting.values()) settle({ succeeded: false, error: this.#endText() });
    this.#waiting.clear();
    return this.#end;
  }

  #endText(): string {
    return `The worker has ended (${this.#end?.how})`;
  }
}
