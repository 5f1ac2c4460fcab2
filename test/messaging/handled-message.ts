import { loadMapping } from '../../src/dynamics/mapping.ts';
import { type Failure, isUnavailable } from '../../src/failure.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import type { LogLevel, LogLine } from '../../src/log.ts';
import { Echoes } from '../../src/messaging/echoes.ts';
import type { MessageOptions } from '../../src/messaging/message.ts';
import { processMessage } from '../../src/messaging/process-message.ts';
import type { RetryCopy, RetryQueue } from '../../src/messaging/retry-queue.ts';
import type { UserRequest } from '../../src/sync/user-request.ts';
import { assignmentBody } from '../dead-letters/assignment-body.ts';
import { anyOrganization } from './any-organization.ts';

export const NOW = Date.UTC(2026, 4, 1);
export const BODY = assignmentBody(
  '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0001',
  '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001',
);

export interface Handled {
  /** What the handler threw, if anything. */
  readonly thrown: unknown;
  readonly copies: readonly { readonly copy: RetryCopy; readonly at: number }[];
  readonly submitted: readonly { readonly user: string; readonly request: UserRequest }[];
  readonly slept: readonly number[];
  readonly lines: readonly LogLine[];
  /** The level of each line. */
  readonly levels: readonly LogLevel[];
  readonly deadLetters: readonly { readonly reason: string; readonly description: string }[];
  /** When it ended, milliseconds after it began. */
  readonly tookMs: number;
}

export interface World
  extends Partial<
    Pick<MessageOptions, 'settlement' | 'organizations' | 'versionNotice' | 'mapping' | 'lookUps' | 'ledger'>
  > {
  /** When it begins, UTC epoch ms. */
  readonly at?: number;
  readonly body?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What each request for a user ends as; applied where the list is over. */
  readonly kinds?: readonly ('applied' | 'unchanged' | 'doubtful')[];
  /** What the sync ends with, after `syncMs`. Without it: applied. */
  readonly failure?: Failure;
  readonly syncMs?: number;
  /** What the sender throws at each send; `undefined` lets it succeed. */
  readonly sends?: readonly (Error | undefined)[];
}

/** Handles one message on a clock of its own, where sleeping takes no time. */
export async function handleOne(world: World = {}): Promise<Handled> {
  const { at = NOW, body = BODY, metadata = {}, failure, syncMs = 0, sends = [], kinds = [] } = world;
  let now = at;
  const slept: number[] = [];
  const copies: Handled['copies'][number][] = [];
  const lines: LogLine[] = [];
  const levels: LogLevel[] = [];
  const deadLetters: Handled['deadLetters'][number][] = [];
  const submitted: Handled['submitted'][number][] = [];
  let tries = 0;
  const spent = { coalesced: 1, corCalls: 1 };
  const retryQueue: RetryQueue = {
    async schedule(copy, time) {
      const error = sends[tries++];
      if (error) throw error;
      copies.push({ copy, at: time });
    },
    async close() {},
  };
  const options: MessageOptions = {
    mapping: world.mapping ?? loadMapping('resource-assignment'),
    lookUps: world.lookUps,
    ledger: world.ledger ?? createMemoryLedger(),
    users: {
      size: 0,
      async submit(user, request) {
        const kind = kinds[submitted.push({ user, request }) - 1] ?? 'applied';
        now += syncMs;
        if (!failure) return { kind, ...spent };
        return { kind: isUnavailable(failure) ? 'unavailable' : 'refused', failure, ...spent };
      },
    },
    ...(world.versionNotice && { versionNotice: world.versionNotice }),
    organizations: world.organizations ?? anyOrganization(),
    settlement: world.settlement ?? {
      deadLetter: async (_token, reason, description) => void deadLetters.push({ reason, description }),
    },
    retryQueue,
    echoes: new Echoes(retryQueue, 30_000),
    policy: { retryWindowMs: 86_400_000, unmappedGraceMs: 900_000 },
    clock: {
      now: () => now,
      async sleep(ms) {
        slept.push(ms);
        now += ms;
      },
    },
    log(level, line) {
      levels.push(level);
      lines.push(line);
    },
    random: () => 0.5,
  };
  const given = { lockToken: 'lock', deliveryCount: 1, sequenceNumber: 7, ...metadata };
  const thrown = await processMessage(body, given, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { thrown, copies, submitted, deadLetters, slept, lines, levels, tookMs: now - at };
}
