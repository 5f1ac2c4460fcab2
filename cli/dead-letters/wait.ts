import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import {
  type DeadLetterEntry,
  type DeadLetters,
  peekAll,
  readDeadLetters,
  withDeadLetters,
} from '../../src/dead-letters/dead-letters.ts';
import type { AmqpMessage } from '../../src/dead-letters/replay-copy.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { localTime } from '../frame/local-time.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings } from '../frame/settings.ts';
import type { Options } from './options.ts';
import { readDeadLetterSettings } from './settings.ts';
import { letterTable } from './tables.ts';

/**
 * The copies that a replay sent, by what stays the same over all tries: message id, and number at the first
 * entry into the queue.
 */
export interface SentCopies {
  readonly size: number;
  /** Notes a copy, and gives it back. */
  noting(copy: AmqpMessage): AmqpMessage;
  has(message: ServiceBusReceivedMessage): boolean;
}

const keyOf = (messageId: unknown, properties: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify([messageId ?? '', properties[PROPERTY.firstSequenceNumber]]);

export function createSentCopies(): SentCopies {
  const keys = new Set<string>();
  return {
    get size() {
      return keys.size;
    },
    noting(copy) {
      keys.add(keyOf(copy.properties?.messageId, copy.applicationProperties));
      return copy;
    },
    has: ({ messageId, applicationProperties }) =>
      applicationProperties?.[PROPERTY.replayed] === true &&
      keys.has(keyOf(messageId, applicationProperties)),
  };
}

interface Look {
  /** In the queue: waiting, in work, or to be tried again later. */
  readonly inQueue: number;
  /** When the first of those that are tried again later is. */
  readonly next: Date | undefined;
  readonly cameBack: readonly DeadLetterEntry[];
}

async function look(letters: DeadLetters, copies: SentCopies): Promise<Look> {
  let inQueue = 0;
  let next: Date | undefined;
  for await (const message of peekAll(letters.openQueue())) {
    if (!copies.has(message)) continue;
    inQueue += 1;
    const at = message.state === 'scheduled' ? message.scheduledEnqueueTimeUtc : undefined;
    if (at && (next === undefined || at < next)) next = at;
  }
  const cameBack: DeadLetterEntry[] = [];
  for await (const entry of readDeadLetters(letters, {})) if (copies.has(entry.message)) cameBack.push(entry);
  return { inQueue, next, cameBack };
}

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 5_000;
const MAX_WAIT_MS = 10 * 60_000;

function report({ inQueue, next, cameBack }: Look, { size }: SentCopies, session: Session): ExitCode {
  const done = size - inQueue - cameBack.length;
  session.print(`${done} of ${size} are done, ${cameBack.length} came back as dead letters.`);
  if (cameBack.length > 0) session.table(letterTable(cameBack));
  if (inQueue > 0) {
    const when = next ? `, the next one is tried again at ${localTime(next)}` : '';
    session.say(`${inQueue} still in the queue${when}.`);
  }
  return inQueue + cameBack.length > 0 ? EXIT.differs : EXIT.done;
}

/**
 * Follows the copies until each is done or came back as a dead letter, for ten minutes or until Ctrl-C; says
 * which.
 */
export async function waitForEnd(session: Session, options: Options, copies: SentCopies): Promise<ExitCode> {
  const settings = readDeadLetterSettings(commandSettings(options, session), options);
  const signal = session.interruption();
  const progress = session.progress('Ended');
  const until = performance.now() + MAX_WAIT_MS;
  for (let ms = FIRST_PAUSE_MS; ; ms = Math.min(MAX_PAUSE_MS, ms * 2)) {
    // A client peeks only at what it has not seen before, so each look has its own.
    const seen = await withDeadLetters(settings, (letters) => look(letters, copies));
    progress.update(copies.size - seen.inQueue, copies.size);
    if (seen.inQueue === 0 || signal.aborted || performance.now() > until) {
      progress.end();
      return report(seen, copies, session);
    }
    await pause(ms, undefined, { signal }).catch(() => undefined);
  }
}
