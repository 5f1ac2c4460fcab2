import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome, Scenario, Size } from './measurement.ts';
import type { ScenarioMessage } from './scenario-process.ts';

const FILE = fileURLToPath(new URL('./scenario-process.ts', import.meta.url));

/** Runs a scenario in a process of its own; rejects with what went wrong, or when its time is over. */
export async function runScenario(
  name: string,
  { limitSeconds }: Pick<Scenario, 'limitSeconds'>,
  size: Size,
): Promise<Outcome> {
  const child = fork(FILE, [name, size], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  let timer: NodeJS.Timeout | undefined;
  try {
    const message = await new Promise<ScenarioMessage>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`It was not done within ${limitSeconds} s.`)),
        limitSeconds * 1000,
      );
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(new Error(`It ended early (${signal ?? `exit code ${code}`}).`)),
      );
    });
    if ('error' in message) throw new Error(message.error);
    return message.outcome;
  } finally {
    clearTimeout(timer);
    // What it has started ends when its channel to this process is gone.
    child.kill('SIGKILL');
    await exited;
  }
}
