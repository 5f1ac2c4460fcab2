import { createInterface } from 'node:readline/promises';
import type { Shell } from './shell.ts';

const MAX_WAIT_MS = 5 * 60_000;

/**
 * Asks on a terminal; only the whole word `yes` means yes. No answer within five minutes, or the end of
 * input, means no.
 */
export async function confirm(
  question: string,
  { input, errors: output }: Pick<Shell, 'input' | 'errors'>,
): Promise<boolean> {
  const lines = createInterface({ input, output });
  const answered = new AbortController();
  lines.once('close', () => answered.abort());
  try {
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(MAX_WAIT_MS)]);
    return (await lines.question(question, { signal })).trim() === 'yes';
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
