import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { decode } from '../dynamics/decode.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { translate } from '../dynamics/translate.ts';
import { isResolved, type Settled, withoutReading } from '../dynamics/translation.ts';
import { type Decision, decide, giveUp } from './decide.ts';
import { bodyBytes, readEnvelope, readHistory } from './envelope.ts';
import { hold } from './hold.ts';
import { type MessageOptions, type MessageState, messageLine } from './message.ts';
import { refuseForeign } from './refuse-foreign.ts';
import { RescheduleError } from './reschedule-error.ts';
import { settle } from './settle.ts';
import { lacksVersion } from './version-notice.ts';

function byUser(changes: readonly AssignmentChange[]): Map<string, AssignmentChange[]> {
  const users = new Map<string, AssignmentChange[]>();
  for (const change of changes) {
    const found = users.get(change.user);
    if (found) found.push(change);
    else users.set(change.user, [change]);
  }
  return users;
}

/** Not part of the function that waits, which would keep hold of the parsed body. */
function read(state: MessageState, mapping: Mapping): Settled<string> {
  const decoded = decode(state.body, state.envelope);
  if (decoded.outcome === 'deadLetter') return decoded;
  const { target: _, preImages: __, postImages: ___, ...facts } = decoded.context;
  state.context = facts;
  const settled = withoutReading(translate(decoded.context, mapping));
  // Settings refuse a mapping that would need this.
  if (!isResolved(settled)) throw new Error('The ids of related rows cannot be looked up.');
  return settled;
}

async function decideOn(state: MessageState, options: MessageOptions): Promise<Decision> {
  const { envelope, history } = state;
  const translated = read(state, options.mapping);
  if (translated.outcome === 'skip')
    return { kind: 'complete', result: 'skipped', skipReason: translated.reason };
  const foreign = await refuseForeign(state, options);
  if (foreign) return foreign;
  if (translated.outcome === 'deadLetter') return giveUp(translated.reason, translated.description);
  if (lacksVersion(translated.changes)) {
    state.versionMissing = true;
    options.versionNotice?.warn(state, options);
  }
  const correlationId = state.context?.correlationId;
  const common = {
    sequence: history.firstSequenceNumber,
    enqueuedAt: history.firstEnqueuedAt,
    operation: state.context?.operationId,
    redelivered: envelope.deliveryCount > 1 || history.attempt > 0 || history.replayed,
    ...(correlationId !== undefined && { correlationId }),
    ...(options.trace && { trace: options.trace }),
  };
  state.results = await Promise.all(
    [...byUser(translated.changes)].map(([user, changes]) =>
      options.users.submit(user, { ...common, changes }),
    ),
  );
  const decision = decide({
    results: state.results,
    history,
    policy: options.policy,
    now: options.clock.now(),
    random: (options.random ?? Math.random)(),
  });
  // What could be applied is done: now the part that could not decides how the message ends.
  const { rest } = translated;
  return decision.kind === 'complete' && rest ? giveUp(rest.reason, rest.description) : decision;
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
