import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './is-alive.ts';

/** Settings of a running local stack by preset, for the commands that talk to it. */
export type StackSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

const NAME = /^stack-(\d+)\.json$/;

const folderOf = (project: string): string => join(project, '.local');
const fileOf = (project: string, pid: number): string => join(folderOf(project), `stack-${pid}.json`);

function stackFiles(project: string): { path: string; pid: number }[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(project));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = Number(NAME.exec(name)?.[1]);
    return pid > 0 ? [{ path: join(folderOf(project), name), pid }] : [];
  });
}

/**
 * Files of the stacks that run, the newest first. Each start has a file of its own, so that a second one does
 * not take the first one's away. A file that a killed start left behind is removed.
 */
export function runningStacks(project: string): { path: string; pid: number }[] {
  const files = stackFiles(project);
  for (const { path, pid } of files) if (!isAlive(pid)) rmSync(path, { force: true });
  const startedAt = ({ path }: { path: string }) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return files.filter(({ pid }) => isAlive(pid)).sort((one, other) => startedAt(other) - startedAt(one));
}

/** Writes the stack file of this process, which only this user can read. */
export function writeStackFile(project: string, settings: StackSettings, pid = process.pid): void {
  mkdirSync(folderOf(project), { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(project, pid), JSON.stringify(settings, null, 2), { mode: 0o600 });
}

/**
 * Settings of the stack that was started last. Throws an error that says how to start one when there is none.
 */
export function readStackFile(project: string): StackSettings {
  const left = stackFiles(project).length;
  for (const { path } of runningStacks(project)) {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      // It ended in this moment.
    }
  }
  const advice = 'start it with "npm start" in another terminal';
  throw new Error(
    left > 0
      ? `No local stack is running (the last one was killed): ${advice}.`
      : `No local stack is running: ${advice}.`,
  );
}

export function removeStackFile(project: string, pid = process.pid): void {
  rmSync(fileOf(project, pid), { force: true });
}
