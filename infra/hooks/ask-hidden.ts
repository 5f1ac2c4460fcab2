import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on a terminal without showing what is typed. An empty answer, or the end of input, is `undefined`. */
export async function askHidden(question: string): Promise<string | undefined> {
  process.stdout.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    return (await lines.question('', { signal: ended.signal })).trim() || undefined;
  } catch {
    return undefined;
  } finally {
    lines.close();
    process.stdout.write('\n');
  }
}
