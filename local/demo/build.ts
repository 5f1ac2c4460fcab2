import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
