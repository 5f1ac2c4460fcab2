import { type Line, QUEUE, type TestStack } from '../test-stack.ts';

const ECHOES_WITHIN_MS = 15_000;

/** How a message ended, each scheduled copy of it brought back as soon as it was sent. */
export async function endedAfterRetries(
  { broker, line }: TestStack,
  messageId: string,
  queue = QUEUE,
): Promise<{ readonly line: Line; readonly retries: readonly Line[] }> {
  const retries: Line[] = [];
  for (;;) {
    const next = await line(
      (one) =>
        one.messageId === messageId &&
        (one.evt === 'message.completed' ||
          one.evt === 'message.deadlettered' ||
          (one.evt === 'message.retried' && (one.attempt ?? 0) === retries.length)),
    );
    if (next.evt !== 'message.retried') {
      // Echoes that were brought along make their calls before the next test counts its own.
      await broker.waitUntilIdle(queue, ECHOES_WITHIN_MS);
      return { line: next, retries };
    }
    retries.push(next);
    broker.enqueueScheduled(queue);
  }
}
