import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ToParent } from './child-side.ts';
import type { Question, Usage } from './usage.ts';

export interface BenchProcess<Ready> extends Usage {
  /** What its start has returned. */
  readonly ready: Ready;
  stop(): Promise<void>;
}

const READY_MS = 30_000;

/** Forks a file of this folder with `options`, and waits until it is ready. It ends when this process ends, however that happens. */
export async function startProcess<Ready = undefined>(
  file: string,
  options: object,
  env: Readonly<Record<string, string>> = {},
): Promise<BenchProcess<Ready>> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, ...env, BENCH_OPTIONS: JSON.stringify(options) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');

  const answer = <Type extends ToParent['type']>(type: Type) =>
    new Promise<Extract<ToParent, { type: Type }>>((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        child.off('message', listen);
        child.off('exit', ended);
        settle();
      };
      const listen = (message: ToParent) => {
        if (message.type === type) done(() => resolve(message as Extract<ToParent, { type: Type }>));
        else if (message.type === 'failed') done(() => reject(new Error(`${file}: ${message.error}`)));
      };
      const ended = () => done(() => reject(new Error(`${file} has ended before it answered`)));
      const timer = setTimeout(
        () => done(() => reject(new Error(`${file} did not answer within ${READY_MS / 1000} s`))),
        READY_MS,
      );
      child.on('message', listen);
      child.on('exit', ended);
    });

  async function ask(question: Question): Promise<number> {
    const answered = answer(question);
    child.send(question);
    return (await answered).amount;
  }

  try {
    const { ready } = await answer('ready');
    return {
      ready: ready as Ready,
      processor: () => ask('processor'),
      heap: () => ask('heap'),
      async stop() {
        if (child.exitCode !== null || child.signalCode !== null) return;
        // A profile is written only by a worker that ends by itself: it does when its parent has disconnected.
        child.disconnect();
        const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
        await exited;
        clearTimeout(timer);
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
