import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from './is-alive.ts';

const CHECK_MS = 500;

/** The parent of a process; `undefined` where the system does not tell. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // No Linux.
  }
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

/**
 * Calls `end` when the process that started this one is gone without a word: `kill -9` of npm leaves its
 * children running. Between npm and this process there is a shell, which outlives npm as well, so the shell's
 * parent is watched beside it. Only below npm; somebody who starts the file by hand may well want it to
 * outlive the shell.
 */
export function endWithParent(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || (npm && !isAlive(npm))) end();
  }, CHECK_MS).unref();
}
