import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { QUEUE } from '../../dead-letters/dead-letter-fixture.ts';
import { type CliResult, connector, type Surroundings, temporaryFolder } from '../run-connector.ts';

interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
}

const CLI = resolve(import.meta.dirname, '../../../cli/start.js');
const MAX_RUN_MS = 20_000;

/** Every command names its target first; a test of its own looks at that. */
const withoutTarget = (stderr: string): string => stderr.replace(/^Queue \S+ in .*\n/, '');

/** Starts the command as an operator would, in an empty folder and without a terminal. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const child = spawn(process.execPath, [CLI, 'dead-letters', ...args], {
    cwd: temporaryFolder(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MAX_RUN_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)));
  const result = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({ code, stdout, stderr: withoutTarget(stderr) }),
  );
  return { child, result };
}

/** The command in this process, on the test's queue. */
export function cliFor(
  { connectionString }: { connectionString: string },
  { env, ...surroundings }: Surroundings = {},
) {
  const settings = { ServiceBusConnection: connectionString, ServiceBusQueueName: QUEUE, ...env };
  return async (...args: string[]): Promise<CliResult> => {
    const result = await connector(['dead-letters', ...args], { ...surroundings, env: settings });
    return { ...result, stderr: withoutTarget(result.stderr) };
  };
}
