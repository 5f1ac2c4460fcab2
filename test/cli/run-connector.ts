import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { type Define, runProgram } from '../../cli/frame/program.ts';
import type { Output, Shell } from '../../cli/frame/shell.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the person's shell looks; left out: no terminal, no input, no setting. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of the terminal that output and errors go to. */
  readonly columns?: number;
  /** What is typed on the terminal, or comes through a pipe. */
  readonly input?: string | Buffer;
  readonly folder?: string;
  /** Default: one without settings and files. */
  readonly project?: string;
  /** `SIGINT` and `SIGTERM` are emitted here. */
  readonly signals?: EventEmitter;
  readonly credential?: Shell['credential'];
  readonly commands?: readonly Define[];
  /** Puts files into the project, which is empty otherwise. */
  prepare?(project: string): void;
}

/** A folder that is there until the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'connector-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function terminal(columns: number | undefined): PassThrough & Output {
  return Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
}

/** Runs `connector ARGS` in this process: nothing but the shell is different, and it takes a tenth of the time. */
export async function connector(
  args: readonly string[],
  {
    env = {},
    columns,
    input,
    folder,
    project: own,
    signals,
    commands = COMMANDS,
    prepare,
    credential,
  }: Surroundings = {},
): Promise<CliResult> {
  const [output, errors] = [terminal(columns), terminal(columns)];
  const typed = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true });
  if (input !== undefined) typed.end(input);
  const project = own ?? temporaryFolder();
  prepare?.(project);
  const written = Promise.all([text(output), text(errors)]);
  let exited: number | undefined;
  const shell: Shell = {
    input: typed,
    output,
    errors,
    environment: env,
    folder: folder ?? project,
    project,
    credential: credential ?? (() => Promise.reject(new Error('There is no Azure login in tests.'))),
    signals: signals ?? new EventEmitter(),
    exit: (code) => {
      exited = code;
    },
  };
  const code = await runProgram(args, shell, commands);
  output.end();
  errors.end();
  const [stdout, stderr] = await written;
  return { code: exited ?? code, stdout, stderr };
}
