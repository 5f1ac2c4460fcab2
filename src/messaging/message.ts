import type { Clock } from '../clock.ts';
import type { ExecutionContext } from '../dynamics/execution-context.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import type { IncompleteReason } from '../dynamics/translation.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Log, LogLine } from '../log.ts';
import type { UserQueues } from '../sync/user-queues.ts';
import type { SyncResult } from '../sync/user-request.ts';
import type { MessageTrace } from '../telemetry/telemetry.ts';
import type { RetryPolicy } from './decide.ts';
import type { Echoes } from './echoes.ts';
import type { Envelope, History } from './envelope.ts';
import type { LazyLookUps } from './lazy-look-ups.ts';
import type { OrganizationGuard } from './organization-guard.ts';
import type { RetryQueue } from './retry-queue.ts';
import type { Settlement } from './settlement.ts';
import type { UserMessageReason } from './user-message.ts';
import type { VersionNotice } from './version-notice.ts';

export interface MessageOptions {
  readonly mapping: Mapping;
  readonly users: UserQueues;
  readonly ledger: Pick<Ledger, 'load'>;
  readonly organizations: OrganizationGuard;
  readonly settlement: Settlement;
  readonly retryQueue: RetryQueue;
  readonly echoes: Echoes;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  readonly trace?: MessageTrace;
  readonly versionNotice?: VersionNotice;
  /** Missing where Dataverse is not read. */
  readonly lookUps?: Pick<LazyLookUps, 'get'> | undefined;
}

/**
 * The event as log lines tell of it. Its images stay out: hundreds of messages may wait, and none of them
 * needs its parsed body any more.
 */
type EventFacts = Omit<ExecutionContext, 'target' | 'preImages' | 'postImages'>;

/** One message with all that was found out about it on the way. */
export interface MessageState {
  readonly body: Uint8Array;
  readonly envelope: Envelope;
  readonly history: History;
  readonly startedAt: number;
  context?: EventFacts;
  /** The event came without `versionnumber`. */
  versionMissing?: true;
  /** Why its row was read, or was to be read. */
  incomplete?: IncompleteReason;
  /** Why the connector sent it, where it is a message of its own. */
  userMessage?: UserMessageReason;
  /** Id of the Dataverse organization that such a message names. */
  organization?: string;
  results: readonly SyncResult[];
  /** It was kept for a while, because it could not be settled. */
  held: boolean;
}

/** The fields that every log line about a message has, as far as they are known. Times in milliseconds. */
export function messageLine(
  { envelope, history, context, userMessage, versionMissing, incomplete, startedAt, results }: MessageState,
  now: number,
): Omit<LogLine, 'evt'> {
  const { messageId, sequenceNumber, deliveryCount } = envelope;
  // The time that a dead letter lay there is no lag.
  const enqueuedAt = history.replayed ? envelope.enqueuedTime : history.firstEnqueuedAt;
  const coalesced = Math.max(0, ...results.map((result) => result.coalesced));
  return {
    ...(context?.correlationId !== undefined && { correlationId: context.correlationId }),
    ...(context?.requestId !== undefined && { requestId: context.requestId }),
    ...(context?.operationId !== undefined && { operationId: context.operationId }),
    ...(context?.organizationName !== undefined && { orgName: context.organizationName }),
    ...(context && {
      entity: context.primaryEntityName,
      recordId: context.primaryEntityId,
      operation: context.messageName,
    }),
    ...(context?.depth !== undefined && { depth: context.depth }),
    ...(userMessage !== undefined && { why: userMessage }),
    ...(messageId !== undefined && { messageId }),
    sequenceNumber,
    deliveryCount,
    ...(history.attempt > 0 && { attempt: history.attempt }),
    ...(history.replayed && { replayed: true }),
    ...(versionMissing && { versionMissing }),
    ...(incomplete !== undefined && { incomplete }),
    ...(enqueuedAt !== undefined && { queueLagMs: Math.max(0, startedAt - enqueuedAt) }),
    durationMs: now - startedAt,
    ...(coalesced > 0 && { coalesced, corCalls: results.reduce((sum, { corCalls }) => sum + corCalls, 0) }),
  };
}
