import type { LedgerDocument } from '../ledger/document.ts';
import { verdictOf } from '../ledger/verdict.ts';
import { hasCalls, type Plan } from './plan.ts';
import { changesOf, type RequestEnding, type UserRequest } from './user-request.ts';

/**
 * The ending of a request when it met a document. What is in doubt wins: the message must not end as done.
 */
export function endingOf(request: UserRequest, met: LedgerDocument, plan: Plan): RequestEnding {
  if (request.changes.length === 0) return hasCalls(plan) ? 'applied' : 'unchanged';
  const verdicts = new Set(changesOf([request]).map((one) => verdictOf(met, one)));
  if (verdicts.has('doubtful')) return 'doubtful';
  if (verdicts.has('applied')) return 'applied';
  return verdicts.has('versionWentBack') ? 'versionWentBack' : 'unchanged';
}
