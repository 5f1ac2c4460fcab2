import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { runCommand, type Shell } from '../../../cli/dead-letters/command.ts';
import { QUEUE } from '../../dead-letters/dead-letter-fixture.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
}

const CLI = resolve(import.meta.dirname, '../../../cli/dead-letters.ts');
const LONGEST_RUN_MS = 20_000;

/** A folder that is there until the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the command as an operator would, in an empty folder and without a terminal. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: temporaryFolder(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const result = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({
      code,
      stdout,
      stderr,
    }),
  );
  return { child, result };
}

/** The command in this process, on the test's queue: a tenth of the time, and nothing else than a shell is different. */
export function cliFor({ connectionString }: { connectionString: string }, shell: Partial<Shell> = {}) {
  const settings = { ServiceBusConnection: connectionString, ServiceBusQueueName: QUEUE };
  return async (...args: string[]): Promise<CliResult> => {
    let stdout = '';
    let stderr = '';
    const code = await runCommand({
      args,
      readSettings: () => settings,
      print: (line) => {
        stdout += `${line}\n`;
      },
      warn: (line) => {
        stderr += `${line}\n`;
      },
      ask: undefined,
      interruption: () => new AbortController().signal,
      ...shell,
    });
    return { code, stdout, stderr };
  };
}
