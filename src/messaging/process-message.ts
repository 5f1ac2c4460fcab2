import type { Translation } from '../dynamics/translation.ts';
import { isUnanswered } from '../failure.ts';
import type { SyncResult } from '../sync/user-request.ts';
import { completeEvent } from './complete-event.ts';
import { type Decision, decide, giveUp } from './decide.ts';
import { doubtfulPuts } from './doubtful-puts.ts';
import { bodyBytes, readEnvelope, readHistory } from './envelope.ts';
import { hold } from './hold.ts';
import { foremost } from './identify.ts';
import { type MessageOptions, type MessageState, messageLine } from './message.ts';
import { type Read, readMessage, readOf, type UserAsked } from './read-message.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { RescheduleError } from './reschedule-error.ts';
import { sendOrHold } from './send-or-hold.ts';
import { settle } from './settle.ts';
import { lacksVersion } from './version-notice.ts';

/**
 * Nothing could be settled. Thrown where the message is held and told, not failed ten times in milliseconds.
 */
class MissingLockToken extends Error {
  override readonly name = 'MissingLockToken';
  override readonly message =
    'The trigger metadata holds no lockToken: is this a Service Bus trigger with cardinality one?';
}

/** Was it handled before, so that an earlier try may have left COR half done? */
function isHandledBefore({ envelope, history }: MessageState): boolean {
  return envelope.deliveryCount > 1 || history.attempt > 0 || history.replayed;
}

async function decideOn(state: MessageState, options: MessageOptions): Promise<Decision> {
  const said = readMessage(state, options.mapping);
  if (said.outcome === 'skip') return { kind: 'complete', result: 'skipped', skipReason: said.reason };
  const foreign = await refuseForeign(state, options);
  if (foreign) return foreign;
  const read = said.outcome === 'read' ? said : await readRow(said, state, options);
  return 'kind' in read ? read : decideOnParts(read, state, options);
}

/** The event with what it did not say itself, or how the message ends without any change. */
async function readRow(
  said: Translation,
  state: MessageState,
  options: MessageOptions,
): Promise<Read | Decision> {
  const known = await completeEvent(said, state, options);
  switch (known.outcome) {
    case 'skip':
      return { kind: 'complete', result: 'skipped', skipReason: known.reason };
    case 'deadLetter':
      return giveUp(known.reason, known.description);
    case 'ownerUnknown':
      return { kind: 'complete', result: 'hydrated', ownerUnknown: true };
    case 'apply':
      return readOf(known);
  }
}

async function decideOnParts(read: Read, state: MessageState, options: MessageOptions): Promise<Decision> {
  noticeVersion(read, state, options);
  const first = await submit(read, state, options);
  const again = await readDoubtful(read, first, state, options);
  const second = again.length === 0 ? [] : await Promise.all(again.map((one) => submit(one, state, options)));
  // What was in doubt is answered by what was read.
  state.results = [
    ...first.map((result) => (again.length > 0 ? answered(result) : result)),
    ...second.flat(),
  ];
  const rest = foremost([read, ...again].flatMap(({ rest: ending }) => ending ?? []));
  const { policy, clock, random = Math.random } = options;
  const { results, history } = state;
  const decision = decide({ results, rest, history, policy, now: clock.now(), random: random() });
  const parts = [read, ...again].flatMap((one) => one.parts);
  await sendEchoes(parts, state, options);
  return endingOf(decision, parts, state);
}

/** Does an event come without `versionnumber`? A row that was read has it, and one that is gone has none. */
function noticeVersion({ parts }: Read, state: MessageState, options: MessageOptions): void {
  if (!state.context || state.incomplete) return;
  if (!lacksVersion(parts.flatMap(({ asked }) => asked.changes))) return;
  state.versionMissing = true;
  const now = options.clock.now();
  options.versionNotice?.warn(messageLine(state, now), options.log, now);
}

function submit({ parts }: Read, state: MessageState, { users, trace }: MessageOptions) {
  const { history, context } = state;
  const correlationId = context?.correlationId;
  const common = {
    sequence: history.firstSequenceNumber,
    enqueuedAt: history.firstEnqueuedAt,
    operation: context?.operationId,
    redelivered: isHandledBefore(state),
    ...(correlationId !== undefined && { correlationId }),
    ...(trace && { trace }),
  };
  return Promise.all(parts.map(({ user, asked }) => users.submit(user, { ...common, ...asked })));
}

/** Reads the rows of which the ledger alone could not tell whether their puts are old. */
async function readDoubtful(
  { parts }: Read,
  results: readonly SyncResult[],
  state: MessageState,
  options: MessageOptions,
): Promise<readonly Read[]> {
  const doubtful = parts.filter((_, index) => results[index]?.kind === 'doubtful');
  if (!options.lookUps || doubtful.length === 0) return [];
  const events = doubtful.flatMap(({ asked }) => doubtfulPuts(asked.changes, options.mapping.table));
  const known = await Promise.all(events.map((event) => completeEvent(event, state, options)));
  return known.map((one): Read => {
    if (one.outcome === 'apply') return readOf(one);
    return { outcome: 'read', parts: [], ...(one.outcome === 'deadLetter' && { rest: one }) };
  });
}

function answered(result: SyncResult): SyncResult {
  return result.kind === 'doubtful' ? { ...result, kind: 'unchanged' } : result;
}

function endingOf(decision: Decision, parts: readonly UserAsked[], state: MessageState): Decision {
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
    if (envelope.lockToken === '') throw new MissingLockToken();
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
