import { isUnanswered } from '../failure.ts';
import { type Decision, decide, giveUp } from './decide.ts';
import { bodyBytes, readEnvelope, readHistory } from './envelope.ts';
import { hold } from './hold.ts';
import { type MessageOptions, type MessageState, messageLine } from './message.ts';
import { type Read, readMessage, type UserAsked } from './read-message.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { RescheduleError } from './reschedule-error.ts';
import { sendOrHold } from './send-or-hold.ts';
import { settle } from './settle.ts';
import { lacksVersion } from './version-notice.ts';

/** Was it handled before, so that an earlier try may have left COR half done? */
function isHandledBefore({ envelope, history }: MessageState): boolean {
  return envelope.deliveryCount > 1 || history.attempt > 0 || history.replayed;
}

async function decideOn(state: MessageState, options: MessageOptions): Promise<Decision> {
  const { history } = state;
  const read = readMessage(state, options.mapping);
  if (read.outcome === 'skip') return { kind: 'complete', result: 'skipped', skipReason: read.reason };
  const foreign = await refuseForeign(state, options);
  if (foreign) return foreign;
  if (read.outcome === 'deadLetter') return giveUp(read.reason, read.description);
  if (state.context && lacksVersion(read.parts.flatMap(({ asked }) => asked.changes))) {
    state.versionMissing = true;
    options.versionNotice?.warn(state, options);
  }
  const correlationId = state.context?.correlationId;
  const common = {
    sequence: history.firstSequenceNumber,
    enqueuedAt: history.firstEnqueuedAt,
    operation: state.context?.operationId,
    redelivered: isHandledBefore(state),
    ...(correlationId !== undefined && { correlationId }),
    ...(options.trace && { trace: options.trace }),
  };
  state.results = await Promise.all(
    read.parts.map(({ user, asked }) => options.users.submit(user, { ...common, ...asked })),
  );
  const { policy, clock, random = Math.random } = options;
  const decision = decide({ results: state.results, history, policy, now: clock.now(), random: random() });
  await sendEchoes(read.parts, state, options);
  return endingOf(decision, read, state);
}

/** What could be applied is done: now the part that could not decides how the message ends. */
function endingOf(decision: Decision, { parts, rest }: Read, state: MessageState): Decision {
  if (decision.kind === 'complete' && rest) return giveUp(rest.reason, rest.description);
  const isAboutTheDay =
    state.userMessage !== undefined && parts.every(({ asked }) => asked.changes.length === 0);
  // A dead letter of it would help nobody: the next day, or the next message, asks for the same.
  if (decision.kind === 'deadLetter' && decision.failure && isAboutTheDay)
    return { kind: 'notTold', failure: decision.failure };
  return decision;
}

/**
 * Sends an echo for each user with whom a call may land after a newer one: the message was in the hands of
 * another process before, or a call ended without an answer. Before the message is settled, so that a crash
 * cannot lose it. An echo makes an echo only when it met such an accident itself.
 */
async function sendEchoes(
  parts: readonly UserAsked[],
  state: MessageState,
  options: MessageOptions,
): Promise<void> {
  const wasElsewhere = state.envelope.deliveryCount > 1;
  const users = parts.flatMap(({ user }, index) => {
    const result = state.results[index];
    const isOpen = result !== undefined && 'failure' in result && isUnanswered(result.failure);
    return wasElsewhere || isOpen ? [user] : [];
  });
  for (const user of new Set(users))
    await sendOrHold(
      'An echo of the message',
      () => options.echoes.send(user, options.clock.now()),
      state,
      options,
    );
}

/**
 * Handles one message of the trigger, from bytes to settlement. Returning lets the host complete it; throwing
 * (always an `Error`) lets the host abandon it, so that it is delivered again.
 */
export async function processMessage(
  body: unknown,
  triggerMetadata: Readonly<Record<string, unknown>> | undefined,
  options: MessageOptions,
): Promise<void> {
  const envelope = readEnvelope(triggerMetadata);
  const startedAt = options.clock.now();
  const { history, ignored } = readHistory(envelope, startedAt);
  const state: MessageState = {
    body: bodyBytes(body),
    envelope,
    history,
    startedAt,
    results: [],
    held: false,
  };
  if (ignored.length > 0) {
    const reason = `Properties that hold nothing sensible are ignored: ${ignored.join(', ')}.`;
    options.log('warn', { evt: 'message.propertyIgnored', ...messageLine(state, startedAt), reason });
  }
  try {
    const decision = await decideOn(state, options);
    await settle(decision, state, options);
  } catch (error) {
    const thrown =
      error instanceof Error ? error : new Error(`Something that is no Error was thrown: ${typeof error}`);
    // The host brings it back at once: without a hold all its deliveries would be over within milliseconds.
    await hold(thrown, state, options);
    options.log('error', {
      evt: 'message.abandoned',
      outcome: 'abandoned',
      ...messageLine(state, options.clock.now()),
      ...(thrown instanceof RescheduleError && { dependency: thrown.dependency }),
      errorCode: thrown.name,
      reason: thrown.message,
    });
    throw thrown;
  }
}
