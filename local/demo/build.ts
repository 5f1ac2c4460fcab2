import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { text } from 'node:stream/consumers';

/** Bundles the connector into `dist/`, as it goes to Azure. Rejects with what the bundler says. */
export async function buildConnector(project: string): Promise<void> {
  const child = spawn(process.execPath, ['bundle.ts'], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], output, errors] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) throw new Error(`The connector cannot be built:\n${output}${errors}`);
}

/** A folder that cannot be written is said in a sentence, not as the bundler's stack. */
export function requireWritable(project: string): void {
  try {
    accessSync(project, constants.W_OK);
  } catch (error) {
    throw new Error(
      `The folder ${project} cannot be written (${(error as NodeJS.ErrnoException).code}). "npm start" builds the connector into dist/ and keeps its log in .local/: copy the repository to a folder of your own.`,
    );
  }
}
