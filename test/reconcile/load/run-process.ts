import { type ChildProcess, execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Report } from '../../../src/reconcile/report.ts';

const SCRIPT = fileURLToPath(new URL('measured-run.ts', import.meta.url));

export interface MeasuredRun {
  readonly report: Omit<Report, 'named'>;
  readonly equal: boolean;
  readonly seconds: number;
  /** Seconds from the start until all rows were read, all users compared, all messages sent. */
  readonly phases: Readonly<Record<string, number>>;
  readonly processorSeconds: number;
  readonly peakMb: number;
}

type Kind = 'plan' | 'apply';

/** One run in a process of its own. */
export async function measuredRun(kind: Kind, env: Readonly<Record<string, string>>): Promise<MeasuredRun> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, kind], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as MeasuredRun;
}

/** The same, left to the caller, who may kill it. */
export function startRun(kind: Kind, env: Readonly<Record<string, string>>): ChildProcess {
  return fork(SCRIPT, [kind], { env: { ...process.env, ...env }, execArgv: [], stdio: 'ignore' });
}
