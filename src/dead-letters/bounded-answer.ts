import type { DeadLetterList } from './reason-counts.ts';
import type { Settled } from './settle.ts';

/**
 * Anybody may dead-letter with words of their own: an answer to a request stays short whatever stands in the
 * queue.
 */
const MAX_REASONS = 50;
const MAX_REASON_LENGTH = 128;
const MAX_FAILED = 100;

/** `omitted`: so many more there are. */
export function boundedList({ reasons, ...list }: DeadLetterList) {
  return {
    ...list,
    reasons: reasons
      .slice(0, MAX_REASONS)
      .map((one) => ({ ...one, reason: one.reason.slice(0, MAX_REASON_LENGTH).toWellFormed() })),
    ...(reasons.length > MAX_REASONS && { omitted: reasons.length - MAX_REASONS }),
  };
}

export function boundedResult(result: Settled) {
  const { failed } = result;
  return {
    ...result,
    failed: failed.slice(0, MAX_FAILED),
    ...(failed.length > MAX_FAILED && { omitted: failed.length - MAX_FAILED }),
  };
}
