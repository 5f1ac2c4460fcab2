import { verdictOf } from '../ledger/verdict.ts';
import type { Draft } from './draft.ts';
import { hasCalls } from './plan.ts';
import { changesOf, type RequestEnding, type UserRequest } from './user-request.ts';

type EndingDraft = Pick<Draft, 'met' | 'doubtful' | 'plan'>;

/**
 * The ending of a request when it met a document. What is in doubt wins: the message must not end as done.
 */
export function endingOf(request: UserRequest, { met, doubtful, plan }: EndingDraft): RequestEnding {
  if (request.changes.length === 0) return hasCalls(plan) ? 'applied' : 'unchanged';
  if (doubtful.has(request)) return 'doubtful';
  const verdicts = new Set(changesOf([request]).map((one) => verdictOf(met, one)));
  if (verdicts.has('applied')) return 'applied';
  return verdicts.has('versionWentBack') ? 'versionWentBack' : 'unchanged';
}
