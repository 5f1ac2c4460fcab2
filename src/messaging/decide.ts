import type { DeadLetter, DeadLetterReason } from '../dead-letter-reason.ts';
import { DAY_MS } from '../duration.ts';
import type { SkipReason } from '../dynamics/translation.ts';
import { type Failure, isUnavailable } from '../failure.ts';
import type { SyncResult } from '../sync/user-request.ts';
import { retryDelay } from './backoff.ts';
import { TOO_OLD } from './doubtful-puts.ts';
import type { History } from './envelope.ts';
import type { Open } from './identify.ts';

/** How a message ends. Exactly one of these is carried out. */
export type Decision =
  | {
      readonly kind: 'complete';
      readonly result: 'succeeded' | 'duplicate' | 'skipped';
      readonly skipReason?: SkipReason;
    }
  /** The row is gone, and who had it is in none of the event's parts: the next comparison finds the owner. */
  | { readonly kind: 'complete'; readonly result: 'hydrated'; readonly ownerUnknown: true }
  | {
      readonly kind: 'retry';
      readonly failure: Failure;
      readonly delayMs: number;
      readonly history: RetryHistory;
    }
  /** A user message without changes ends although COR was not told; nothing is lost by that. */
  | { readonly kind: 'notTold'; readonly failure: Failure }
  | {
      readonly kind: 'deadLetter';
      readonly reason: DeadLetterReason;
      readonly description: string;
      readonly failure?: Failure;
    };

/** What the next copy carries. */
export interface RetryHistory extends History {
  readonly firstFailedAt: number;
  /** Code of what the latest try met. */
  readonly lastError: string;
}

export interface RetryPolicy {
  readonly retryWindowMs: number;
  readonly unmappedGraceMs: number;
}

export interface DecisionInput {
  readonly results: readonly SyncResult[];
  /** What becomes of the message once its changes are applied. */
  readonly rest?: DeadLetter | Open | undefined;
  readonly history: History;
  readonly policy: RetryPolicy;
  /** UTC epoch ms. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

type Refused = Extract<Failure['class'], 'unmapped' | 'validation' | 'didNotApply'>;

const REASONS: Readonly<Record<Refused, DeadLetterReason>> = {
  unmapped: 'CorEntityNotMapped',
  validation: 'CorValidation',
  didNotApply: 'CorDidNotApply',
};

/**
 * Another instance that works on the same user at the same moment looks like a COR that does not apply what
 * it is told. And a COR that takes no more than 100 % in all refuses a percentage that fits once another
 * message, which was overtaken, is applied. A few tries at other moments tell both from what stays wrong.
 */
const MAX_UNCONFIRMED_TRIES = 3;

/** Whatever the properties of a message say: a loop of copies ends. */
const MAX_COPIES = 500;

/** All that Retry-After may add to the life of one message. */
const MAX_ASKED_MS = 7 * DAY_MS;

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** The decision to give a message up. `failure` is what COR or the ledger said, where that is the cause. */
export function giveUp(reason: DeadLetterReason, description: string, failure?: Failure): Decision {
  return { kind: 'deadLetter', reason, description, ...(failure && { failure }) };
}

function refused(failure: Failure): Decision {
  return giveUp(REASONS[failure.class as Refused] ?? 'CorRejected', failure.description, failure);
}

/** How long to wait, and what the copy says beside what it says anyway. */
interface NextTry extends Partial<Pick<History, 'unmappedSince' | 'unidentifiedSince' | 'unconfirmed'>> {
  /** Tries so far that count for the delay. */
  readonly tries: number;
  /** UTC epoch ms of the last try. */
  readonly until: number;
}

function retry(failure: Failure, input: DecisionInput, { tries, until, ...found }: NextTry): Decision {
  const { history, policy, now, random } = input;
  if (history.attempt >= MAX_COPIES) return exhausted(failure, input);
  const asked = Math.min(failure.retryAfterMs ?? 0, MAX_ASKED_MS - history.askedMs);
  // The last try comes when the window closes, not a random while before. What COR asked for comes first: the
  // random share after it keeps messages that were turned away together from coming back in the same second.
  const own = Math.min(retryDelay(tries, random, policy.retryWindowMs), Math.max(0, until - now));
  return {
    kind: 'retry',
    failure,
    delayMs: asked + own,
    history: {
      ...history,
      ...found,
      // A pause is the connector's own: it was not asked for about this message.
      askedMs: history.askedMs + (failure.class === 'paused' ? 0 : asked),
      attempt: history.attempt + 1,
      firstFailedAt: history.firstFailedAt ?? now,
      lastError: failure.code ?? failure.class,
    },
  };
}

function unavailable(failure: Failure, input: DecisionInput): Decision {
  const { history, policy, now } = input;
  const until = (history.firstFailedAt ?? now) + policy.retryWindowMs + history.askedMs;
  if (now < until) return retry(failure, input, { tries: history.attempt, until });
  return exhausted(failure, input);
}

function exhausted(failure: Failure, { history, now }: DecisionInput): Decision {
  const tried = `Tried ${history.attempt + 1} times in ${minutes(now - (history.firstFailedAt ?? now))}.`;
  const advice = 'Mend what it says, check that messages get through again, then replay.';
  return giveUp('RetriesExhausted', `${tried} Last error: ${failure.description} ${advice}`, failure);
}

function unmapped(failure: Failure, input: DecisionInput): Decision {
  const { history, policy, now } = input;
  const since = history.unmappedSince ?? now;
  const until = since + policy.unmappedGraceMs;
  if (now < until) return retry(failure, input, { tries: history.attempt, until, unmappedSince: since });
  return refused(failure);
}

function completed(endings: ReadonlySet<SyncResult['kind']>): Decision {
  if (endings.has('doubtful')) return giveUp(TOO_OLD.reason, TOO_OLD.description);
  if (endings.has('applied')) return { kind: 'complete', result: 'succeeded' };
  if (endings.has('versionWentBack'))
    return { kind: 'complete', result: 'skipped', skipReason: 'versionWentBack' };
  return { kind: 'complete', result: 'duplicate' };
}

/**
 * Somebody may be about to fill in what is missing. The grace is one of its own: that COR does not know a
 * user is another matter.
 */
function unidentified({ reason, description }: DeadLetter, input: DecisionInput): Decision {
  const { history, policy, now } = input;
  const since = history.unidentifiedSince ?? now;
  const until = since + policy.unmappedGraceMs;
  if (now >= until) return giveUp(reason, description);
  const failure: Failure = { service: 'dataverse', class: 'unmapped', code: 'UNIDENTIFIED', description };
  return retry(failure, input, { tries: history.attempt, until, unidentifiedSince: since });
}

/**
 * Decides how a message ends from what its changes met (one result for each user it concerns). Failures that
 * pass win over those that do not: nothing is given up while a part of the message can still succeed.
 */
export function decide(input: DecisionInput): Decision {
  const { results, rest } = input;
  const met = results.flatMap((result) => ('failure' in result ? [result.failure] : []));
  const failures = rest?.outcome === 'unavailable' ? [...met, rest.failure] : met;
  const passing = failures.find(isUnavailable);
  if (passing) return unavailable(passing, input);
  const final = failures.find(({ class: kind }) => kind !== 'unmapped');
  const { unconfirmed } = input.history;
  const mayPass = final?.class === 'didNotApply' || final?.class === 'validation';
  if (final && mayPass && unconfirmed < MAX_UNCONFIRMED_TRIES) {
    const until = Number.POSITIVE_INFINITY;
    return retry(final, input, { tries: unconfirmed, until, unconfirmed: unconfirmed + 1 });
  }
  if (final) return refused(final);
  if (failures[0]) return unmapped(failures[0], input);
  // What could be applied is done: now the part that could not decides how the message ends.
  if (rest?.outcome === 'unidentified') return unidentified(rest.letter, input);
  if (rest?.outcome === 'deadLetter') return giveUp(rest.reason, rest.description);
  return completed(new Set(results.map(({ kind }) => kind)));
}
