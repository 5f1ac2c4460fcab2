import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Settings of the running local stack by preset, for the commands that talk to it. */
export type StackFile = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The stack file of a project. */
export const stackFileOf = (project: string): string => join(project, '.local', 'stack.json');

const PATH = stackFileOf(fileURLToPath(new URL('..', import.meta.url)));

export function writeStackFile(stack: StackFile): void {
  mkdirSync(dirname(PATH), { recursive: true, mode: 0o700 });
  writeFileSync(PATH, JSON.stringify(stack, null, 2), { mode: 0o600 });
}

/** Throws an error that says how to start the stack when there is none. */
export function readStackFile(path: string): StackFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Error('No local stack is running: start it with "npm start" in another terminal.');
  }
}

export function removeStackFile(): void {
  rmSync(PATH, { force: true });
}
