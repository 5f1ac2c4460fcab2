import { type CallPermit, type CircuitBreaker, CREDENTIALS_REFUSED } from '../cor/circuit-breaker.ts';
import type { CallContext, CorClient } from '../cor/cor-client.ts';
import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { type AssertionResult, assertInCor } from './assert-in-cor.ts';
import { createMissingWorkspaces } from './missing-workspaces.ts';
import type { Plan } from './plan.ts';

interface CorAccess {
  readonly cor: CorClient;
  readonly breaker: CircuitBreaker;
  readonly log: Log;
}

/** Makes the calls of a plan where the circuit breaker allows it, and tells the breaker how they ended. */
export async function callCor(
  user: string,
  plan: Plan,
  context: CallContext,
  mayCreate: boolean,
  access: CorAccess,
): Promise<AssertionResult> {
  const { breaker } = access;
  const permit = breaker.tryCall(user);
  if (!permit.allowed) return notCalled(permit, breaker.reason);
  let failure: Failure | undefined;
  try {
    const result = await assertInCor(access.cor, user, plan, context);
    failure = result.failure;
    if (failure?.class !== 'unmapped' || !mayCreate) return result;
    const created = await createThenAssert(result, user, plan, context, access);
    failure = created.failure;
    return created;
  } finally {
    permit.report(failure ? { kind: 'failed', failure } : { kind: 'succeeded' });
  }
}

function notCalled(
  { waitMs, lastFailure }: Extract<CallPermit, { allowed: false }>,
  reason: string | undefined,
): AssertionResult {
  const why = `No call was made: ${reason ?? 'the last ones about this user failed'}.`;
  // What is to be mended is what the calls met, not that none is made.
  const description = lastFailure ? `${why} The latest met: ${lastFailure.description}` : why;
  const code = reason === CREDENTIALS_REFUSED ? 'CREDENTIALS_REFUSED' : 'PAUSED';
  return {
    failure: { service: 'cor', class: 'paused', code, description, retryAfterMs: waitMs },
    drift: [],
    differed: [],
    calls: 0,
    corChanged: false,
  };
}

/** Creates the workspaces that COR does not know, and makes the calls once more. */
async function createThenAssert(
  first: AssertionResult,
  user: string,
  plan: Plan,
  context: CallContext,
  { cor, log }: CorAccess,
): Promise<AssertionResult> {
  const created = await createMissingWorkspaces(cor, plan, context, log);
  if (created.failure) {
    return { ...first, failure: created.failure, calls: first.calls + created.calls };
  }
  const second = await assertInCor(cor, user, plan, context);
  return {
    ...second,
    calls: first.calls + created.calls + second.calls,
    corChanged: first.corChanged || second.corChanged,
  };
}
