import { createInterface } from 'node:readline/promises';

const ANSWER_WITHIN_MS = 5 * 60_000;

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks on a terminal; only the whole word `yes` means yes. No answer within five minutes, or the end of input, means no. */
export async function confirm(question: string, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output });
  const answered = new AbortController();
  lines.once('close', () => answered.abort());
  try {
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    return (await lines.question(question, { signal })).trim() === 'yes';
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
