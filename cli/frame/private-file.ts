import { closeSync, constants, lstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shell } from './shell.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A link would lead the files to where others can read them.
    if (!lstatSync(path).isDirectory())
      throw new Error(`${path} should be a folder, and no link: remove it.`, { cause: error });
  }
}

/**
 * A folder below `.local/` of the project, which git and the deployment package leave out: what holds
 * personal data goes there, for nobody else on this machine to read. Throws when something that is no folder
 * is in the way.
 */
export function privateFolder({ project }: Pick<Shell, 'project'>, ...names: readonly string[]): string {
  return ['.local', ...names].reduce((parent, name) => {
    const folder = join(parent, name);
    makeFolder(folder);
    return folder;
  }, project);
}

/** Writes a new file that only this user can read. Throws when there is anything of that name. */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeFileSync(file, content);
  } finally {
    closeSync(file);
  }
}

/** `2026-11-24T08-00-00-123Z`: a name for what is written now. */
export function nameOfNow(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-');
}
