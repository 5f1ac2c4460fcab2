import { type Failure, isUnavailable } from '../failure.ts';
import type { LogLine } from '../log.ts';
import { advice } from './advice.ts';
import { type Decision, giveUp, type RetryHistory } from './decide.ts';
import { type Envelope, PROPERTY } from './envelope.ts';
import type { MessageOptions, MessageState } from './message.ts';
import { messageLine } from './message.ts';
import { RescheduleError } from './reschedule-error.ts';
import type { PlainProperties, RetryCopy } from './retry-queue.ts';
import { sendOrHold } from './send-or-hold.ts';

/**
 * The one property that Dataverse is known to set whose first letter the Functions library makes small: on
 * the copy it is as it was sent. Of other senders' properties nobody can tell.
 */
const SENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['messageMaxSizeExceeded', 'MessageMaxSizeExceeded'],
]);

/**
 * A whole number above 2^53 has lost its last digits on the way through the host: no number is better than
 * another one.
 */
function survives(value: unknown): value is PlainProperties[string] {
  if (typeof value === 'number') return Number.isSafeInteger(value) || !Number.isInteger(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}

/**
 * Only what AMQP application properties may hold survives. Dates have become text on their way through the
 * host.
 */
function plainProperties(found: Envelope['applicationProperties']): PlainProperties {
  const kept = Object.entries(found).flatMap(([name, value]) =>
    survives(value) ? [[SENT_NAMES.get(name) ?? name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}

function copyProperties(envelope: Envelope, history: RetryHistory): PlainProperties {
  return {
    ...plainProperties(envelope.applicationProperties),
    [PROPERTY.attempt]: history.attempt,
    [PROPERTY.firstFailedAt]: new Date(history.firstFailedAt).toISOString(),
    [PROPERTY.firstSequenceNumber]: history.firstSequenceNumber,
    [PROPERTY.lastError]: history.lastError,
    ...(history.unconfirmed > 0 && { [PROPERTY.unconfirmed]: history.unconfirmed }),
    ...(history.askedMs > 0 && { [PROPERTY.askedMs]: history.askedMs }),
    ...(history.unmappedSince !== undefined && {
      [PROPERTY.unmappedSince]: new Date(history.unmappedSince).toISOString(),
    }),
    ...(history.unidentifiedSince !== undefined && {
      [PROPERTY.unidentifiedSince]: new Date(history.unidentifiedSince).toISOString(),
    }),
    ...(history.firstEnqueuedAt !== undefined && {
      [PROPERTY.firstEnqueuedAt]: new Date(history.firstEnqueuedAt).toISOString(),
    }),
  };
}

function failureFields(failure: Failure | undefined): Partial<LogLine> {
  if (!failure) return { errorClass: 'poison' };
  const errorClass = failure.class === 'auth' ? 'auth' : isUnavailable(failure) ? 'transient' : 'permanent';
  return {
    errorClass,
    dependency: failure.service,
    ...(failure.code !== undefined && { errorCode: failure.code }),
    ...(failure.status !== undefined && { httpStatus: failure.status }),
  };
}

async function scheduleCopy(
  decision: Extract<Decision, { kind: 'retry' }>,
  state: MessageState,
  options: MessageOptions,
): Promise<void> {
  const { messageId, contentType, correlationId, subject } = state.envelope;
  const copy: RetryCopy = {
    body: state.body,
    messageId,
    contentType,
    correlationId,
    subject,
    applicationProperties: copyProperties(state.envelope, decision.history),
  };
  const send = () => options.retryQueue.schedule(copy, options.clock.now() + decision.delayMs);
  await sendOrHold('The copy for the next try', send, state, options);
}

/** Held and redelivered it would end as "too many deliveries", without a word of what it met. */
function withoutCopy(failure: Failure): Decision {
  const description = `The message fills the queue's limit, so no copy of it can be scheduled for another try. It met: ${failure.description} Replay it when that is over.`;
  return giveUp('RetriesExhausted', description, failure);
}

function complete(
  decision: Extract<Decision, { kind: 'complete' }>,
  state: MessageState,
  { log, clock }: MessageOptions,
): void {
  const reason = advice(decision, state);
  log(reason === undefined ? 'info' : 'warn', {
    evt: 'message.completed',
    outcome: decision.result,
    ...messageLine(state, clock.now()),
    ...(decision.result === 'hydrated' && { ownerUnknown: true }),
    ...('skipReason' in decision && { skipReason: decision.skipReason }),
    ...(reason !== undefined && { reason }),
  });
}

/**
 * Carries out a decision: complete is a plain return, retry later sends a scheduled copy and returns, a dead
 * letter is one call to the host. Rejects when that could not be done: then the message has to be abandoned.
 */
export async function settle(
  decision: Decision,
  state: MessageState,
  options: MessageOptions,
): Promise<void> {
  const { log, clock } = options;
  switch (decision.kind) {
    case 'complete':
      return complete(decision, state, options);
    case 'retry': {
      try {
        await scheduleCopy(decision, state, options);
      } catch (error) {
        if (error instanceof RescheduleError && error.isTooLarge)
          return settle(withoutCopy(decision.failure), state, options);
        throw error;
      }
      log('warn', {
        evt: 'message.retried',
        outcome: 'retry',
        ...messageLine(state, clock.now()),
        ...failureFields(decision.failure),
        delayMs: decision.delayMs,
      });
      return;
    }
    case 'notTold': {
      log('error', {
        evt: 'user.notTold',
        outcome: 'skipped',
        ...messageLine(state, clock.now()),
        ...failureFields(decision.failure),
      });
      return;
    }
    case 'deadLetter': {
      const { reason, description, failure } = decision;
      await options.settlement.deadLetter(state.envelope.lockToken, reason, description);
      log('error', {
        evt: 'message.deadlettered',
        outcome: 'deadlettered',
        ...messageLine(state, clock.now()),
        ...failureFields(failure),
        ...(failure === undefined && { errorCode: reason }),
        deadLetterReason: reason,
      });
      return;
    }
  }
}
