import { withTimeout } from '../../src/timeout.ts';
import type { InvocationRequest } from './core-types.ts';
import type { InvocationResult } from './invocation.ts';
import type { LoadedApp } from './worker-messages.ts';
import { type WorkerEnd, type WorkerListener, WorkerProcess } from './worker-process.ts';

export interface WorkerSlotOptions extends WorkerListener {
  readonly appDirectory: string;
  /** Whenever a worker was started: whoever kills this host kills it first. */
  onStart(pid: number): void;
  /** A worker ended by itself. */
  onEnd(end: WorkerEnd): unknown;
}

/** The real host kills a worker that takes longer to terminate. */
const TERMINATE_MS = 5_000;

/**
 * The place of the one worker of a host: after a time-out another one takes it, as the real host restarts its
 * worker.
 */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #argv: readonly string[] = [];
  #worker: WorkerProcess;
  #terminating = false;

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  load(argv: readonly string[]): Promise<LoadedApp> {
    this.#argv = argv;
    this.#worker.load(this.#options.appDirectory, argv);
    return this.#worker.loaded;
  }

  /**
   * Never rejects. A time-out ends the worker with everything that runs in it. Never resolves when the worker
   * has ended by itself: to give the message back would bring it here again, ten times in milliseconds.
   */
  async invoke(
    functionName: string,
    request: InvocationRequest,
    timeoutMs: number | undefined,
  ): Promise<InvocationResult> {
    const worker = this.#worker;
    if (worker.hasEnded) return new Promise(() => {});
    try {
      await worker.loaded;
    } catch (error) {
      return { succeeded: false, error: String(error) };
    }
    const result = worker.invoke(functionName, request);
    if (timeoutMs === undefined) return result;
    return withTimeout(timeoutMs, result, () => {
      this.#replace(worker);
      return {
        succeeded: false,
        error: `Timeout of ${timeoutMs} ms exceeded by function ${functionName}`,
      } as const;
    });
  }

  async terminate(): Promise<void> {
    this.#terminating = true;
    await this.#worker.terminate(TERMINATE_MS);
  }

  async kill(): Promise<void> {
    this.#terminating = true;
    await this.#worker.kill();
  }

  #replace(late: WorkerProcess): void {
    // Several may be late at once.
    if (this.#worker !== late || this.#terminating) return;
    this.#worker = this.#start();
    this.#worker.load(this.#options.appDirectory, this.#argv);
    void late.kill();
  }

  #start(): WorkerProcess {
    const { appDirectory, onStart, onEnd } = this.#options;
    // What the host itself was told is not for the app.
    const env = { ...process.env, LOCAL_HOST_OPTIONS: undefined };
    const worker = new WorkerProcess(appDirectory, env, this.#options);
    onStart(worker.pid);
    void worker.ended.then((end) => {
      if (this.#worker === worker && !this.#terminating) onEnd(end);
    });
    return worker;
  }
}
