import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type CliResult, connector, type Surroundings, temporaryFolder } from '../run-connector.ts';
import { CONNECTION, TOKEN } from './dataverse-fixture.ts';

type Variables = Readonly<Record<string, string>>;

const CLI = resolve(import.meta.dirname, '../../../cli/start.js');
const LONGEST_RUN_MS = 25_000;

/** Every command names its target first; a test of its own looks at that. */
const withoutTarget = (stderr: string): string => stderr.replace(/^Dataverse environment http.*\n/, '');

/** Runs the command as an operator would, without a terminal, in an empty folder, with no variables but these. */
export async function runProcess(args: readonly string[], env: Variables): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, 'dataverse', ...args], {
    cwd: temporaryFolder(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_RUN_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr: withoutTarget(stderr) };
}

/** The settings of the test's environment, with the static token of stand-ins. */
export const settingsFor = ({ url }: { url: string }): Variables => ({
  DATAVERSE_URL: url,
  DATAVERSE_STATIC_TOKEN: TOKEN,
  DATAVERSE_SERVICEBUS_CONNECTION: CONNECTION,
});

/** The command in this process, which takes a tenth of the time. */
export function cliFor(fake: { url: string }, settings: Variables = {}, surroundings: Surroundings = {}) {
  return async (...args: string[]): Promise<CliResult> => {
    const env = { ...settingsFor(fake), ...settings, ...surroundings.env };
    const result = await connector(['dataverse', ...args], { ...surroundings, env });
    return { ...result, stderr: withoutTarget(result.stderr) };
  };
}
