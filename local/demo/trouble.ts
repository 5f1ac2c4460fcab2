import { setTimeout as delay } from 'node:timers/promises';
import type { PostedMessage } from '../dataverse/post-event.ts';
import type { Demo } from './demo.ts';
import type { Line } from './line.ts';

/** Does something, once, when a connector has logged such a line. */
export function onceHeard(demo: Demo, wanted: Line, then: () => unknown): void {
  const stop = demo.onLine((_preset, line) => {
    if (!line || !Object.entries(wanted).every(([name, value]) => line[name] === value)) return;
    stop();
    void then();
  });
}

/** The next `count` calls end with 500. */
export function failFor({ stack: { cor } }: Demo, count: number): void {
  cor.failNext(count, { status: 500 });
}

const MAX_MESSAGE_BYTES = 262_144;
/** Less than what a copy has more than the message. */
const STEP_BYTES = 50;

/**
 * Sends the message with as many blanks behind its JSON as the queue takes, but for a few bytes: its copy for
 * another try, which has properties of its own, does not fit.
 */
export async function sendFilling(demo: Demo, message: PostedMessage): Promise<void> {
  const { queue, body, contentType, messageId, applicationProperties } = message;
  for (let room = MAX_MESSAGE_BYTES - body.length; room > 0; room -= STEP_BYTES)
    try {
      const filled = Buffer.concat([body, Buffer.alloc(room, ' ')]);
      await demo.send(queue, {
        body: filled,
        contentType,
        messageId,
        applicationProperties: { ...applicationProperties },
      });
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MessageSizeExceeded') throw error;
    }
}

/** The message as a step posts it that was registered without images. */
export function withoutImages(message: PostedMessage): PostedMessage {
  const context: object = JSON.parse(message.body.toString());
  const body = Buffer.from(JSON.stringify({ ...context, PreEntityImages: [], PostEntityImages: [] }));
  return { ...message, body };
}

const LONGEST_MS = 20_000;
const LOOK_MS = 100;

/** Resolves when COR has given the user the workspace; throws when that takes too long. */
export async function untilAttached(
  { stack: { cor } }: Demo,
  user: string,
  workspace: string,
): Promise<void> {
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    if (cor.state()[user]?.[workspace] !== undefined) return;
    await delay(LOOK_MS);
  }
  throw new Error('COR was not told in time. Is something else broken? Press "All well again".');
}
