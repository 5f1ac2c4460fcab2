import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A line of the app's log, with when it was heard and whose it is: which connector of the local stack. */
export type LocalLogLine = Readonly<Record<string, unknown>> & {
  readonly time: string;
  readonly preset: string;
};

/** Where the local stack writes what its connectors log, below the project. */
export const localLogPath = (project: string): string => join(project, '.local', 'log.jsonl');

/**
 * Begins a log, which only this user can read, and gives what writes to it. Where another stack of the
 * project runs and writes to it too, the log goes on.
 */
export function openLocalLog(
  project: string,
  goOn = false,
): (preset: string, line: Readonly<Record<string, unknown>> | undefined) => void {
  const path = localLogPath(project);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!goOn || !existsSync(path)) {
    rmSync(path, { force: true });
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  }
  return (preset, line) => {
    if (line)
      appendFileSync(path, `${JSON.stringify({ time: new Date().toISOString(), preset, ...line })}\n`);
  };
}
