import type { Line, TestStack } from '../test-stack.ts';

/** Longer than the longest wait between two tries. */
const LONGEST_WAIT_MS = 16 * 60_000;

/** Locks must outlive the jumps of the clock: messages of other tests may be under way. */
export const JUMPY_QUEUE = { lockDurationMs: 24 * 60 * 60_000 } as const;

/** How a message ended, its scheduled copies brought back as soon as they were sent. The queue has to be a `JUMPY_QUEUE`. */
export async function endedAfterRetries(
  stack: TestStack,
  messageId: string,
): Promise<{ readonly line: Line; readonly retries: readonly Line[] }> {
  const retries: Line[] = [];
  for (;;) {
    const line = await stack.line(
      (one) =>
        one.messageId === messageId &&
        (one.evt === 'message.completed' ||
          one.evt === 'message.deadlettered' ||
          (one.evt === 'message.retried' && (one.attempt ?? 0) === retries.length)),
    );
    if (line.evt !== 'message.retried') return { line, retries };
    retries.push(line);
    stack.skip(LONGEST_WAIT_MS);
  }
}
