import type { LogLine } from '../log.ts';
import type { MessageState } from './process-message.ts';

/** The fields that every log line about a message has, as far as they are known. Times in milliseconds. */
export function messageLine(
  { envelope, history, context, startedAt, results }: MessageState,
  now: number,
): Omit<LogLine, 'evt'> {
  const { messageId, sequenceNumber, deliveryCount } = envelope;
  const enqueuedAt = history.firstEnqueuedAt;
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
    ...(messageId !== undefined && { messageId }),
    sequenceNumber,
    deliveryCount,
    ...(history.attempt > 0 && { attempt: history.attempt }),
    ...(history.replayed && { replayed: true }),
    ...(enqueuedAt !== undefined && { queueLagMs: Math.max(0, startedAt - enqueuedAt) }),
    durationMs: now - startedAt,
    ...(coalesced > 0 && { coalesced, corCalls: results.reduce((sum, { corCalls }) => sum + corCalls, 0) }),
  };
}
