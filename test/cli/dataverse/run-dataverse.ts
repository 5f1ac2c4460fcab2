import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { runCommand, type Shell } from '../../../cli/dataverse/command.ts';
import { CONNECTION, TOKEN } from './dataverse-fixture.ts';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

const CLI = resolve(import.meta.dirname, '../../../cli/dataverse.ts');
const LONGEST_RUN_MS = 25_000;

/** A folder that is there until the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dataverse-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the command as an operator would, without a terminal, in an empty folder, with no variables but these. */
export async function runProcess(args: readonly string[], env: Variables): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: temporaryFolder(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** The settings of the test's environment, with the static token of stand-ins. */
export const settingsFor = ({ url }: { url: string }): Variables => ({
  DATAVERSE_URL: url,
  DATAVERSE_STATIC_TOKEN: TOKEN,
  DATAVERSE_SERVICEBUS_CONNECTION: CONNECTION,
});

/** The command in this process, which takes a tenth of the time. */
export function cliFor(fake: { url: string }, settings: Variables = {}, shell: Partial<Shell> = {}) {
  return async (...args: string[]): Promise<CliResult> => {
    let stdout = '';
    let stderr = '';
    const code = await runCommand({
      args,
      readSettings: () => ({ ...settingsFor(fake), ...settings }),
      credential: () => Promise.reject(new Error('There is no Azure login in tests.')),
      print: (text) => {
        stdout += `${text}\n`;
      },
      warn: (text) => {
        stderr += `${text}\n`;
      },
      ask: undefined,
      ...shell,
    });
    return { code, stdout, stderr };
  };
}
