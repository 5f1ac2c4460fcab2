import type { LogLine } from '../log.ts';
import type { SyncFailure } from '../sync/sync-item.ts';
import { holdDelay } from './backoff.ts';
import type { Decision, RetryHistory } from './decide.ts';
import { type Envelope, PROPERTY } from './envelope.ts';
import { messageLine } from './message-line.ts';
import type { MessageOptions, MessageState } from './process-message.ts';

type Properties = Record<string, string | number | boolean>;

/** Only what AMQP application properties may hold survives; the rest of a sender's properties was never promised to. */
function plainProperties(found: Envelope['applicationProperties']): Properties {
  const plain: Properties = {};
  for (const [name, value] of Object.entries(found)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      plain[name] = value;
  }
  return plain;
}

function copyProperties(envelope: Envelope, history: RetryHistory): Properties {
  return {
    ...plainProperties(envelope.applicationProperties),
    [PROPERTY.attempt]: history.attempt,
    [PROPERTY.firstFailedAt]: new Date(history.firstFailedAt).toISOString(),
    [PROPERTY.firstSequenceNumber]: history.firstSequenceNumber,
    [PROPERTY.lastError]: history.lastError,
    ...(history.unmappedSince !== undefined && {
      [PROPERTY.unmappedSince]: new Date(history.unmappedSince).toISOString(),
    }),
    ...(history.firstEnqueuedAt !== undefined && {
      [PROPERTY.firstEnqueuedAt]: new Date(history.firstEnqueuedAt).toISOString(),
    }),
  };
}

function failureFields(failure: SyncFailure | undefined): Partial<LogLine> {
  if (!failure) return { errorClass: 'poison' };
  const errorClass =
    failure.class === 'auth'
      ? 'auth'
      : ['transient', 'paused', 'storage'].includes(failure.class)
        ? 'transient'
        : 'permanent';
  return {
    errorClass,
    errorCode: failure.code ?? failure.class,
    ...(failure.status !== undefined && { corStatus: failure.status }),
  };
}

async function scheduleCopy(
  decision: Extract<Decision, { outcome: 'retry' }>,
  state: MessageState,
  options: MessageOptions,
) {
  const { envelope, body } = state;
  const { clock } = options;
  try {
    await options.retryQueue.schedule(
      {
        body,
        messageId: envelope.messageId,
        contentType: envelope.contentType,
        applicationProperties: copyProperties(envelope, decision.history),
      },
      clock.now() + decision.delayMs,
    );
  } catch (error) {
    // Neither done nor rescheduled: only the host can bring it back, and it does so at once. Wait first, while it renews the lock.
    await clock.sleep(holdDelay(envelope.deliveryCount));
    throw new Error(
      `The message could not be rescheduled after ${decision.failure.code ?? decision.failure.class}: it is abandoned and will be redelivered`,
      { cause: error },
    );
  }
}

/**
 * Carries out a decision: complete is a plain return, retry later sends a scheduled copy and returns, a dead letter is one call to the
 * host. Rejects when that could not be done: then the message has to be abandoned.
 */
export async function settle(
  decision: Decision,
  state: MessageState,
  options: MessageOptions,
): Promise<void> {
  const { log, clock } = options;
  switch (decision.outcome) {
    case 'complete': {
      const { result: outcome, skipReason } = decision;
      const line = messageLine(state, clock.now());
      log('info', {
        evt: 'message.completed',
        outcome,
        ...line,
        ...(skipReason !== undefined && { skipReason }),
      });
      return;
    }
    case 'retry': {
      await scheduleCopy(decision, state, options);
      log('warn', {
        evt: 'message.retried',
        outcome: 'retry',
        ...messageLine(state, clock.now()),
        ...failureFields(decision.failure),
        delayMs: decision.delayMs,
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
