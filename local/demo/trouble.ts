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

/** A process stands still for a time, as a machine does that is too busy. */
export function duringSleep(pid: number, ms: number): void {
  if (process.platform === 'win32') throw new Error('Windows cannot let a process stand still.');
  process.kill(pid, 'SIGSTOP');
  setTimeout(() => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended meanwhile.
    }
  }, ms).unref();
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
