import type { CorFailure } from '../cor/cor-client.ts';
import type { Failure } from '../failure.ts';
import type { CorSession } from './cor-session.ts';
import { describeLingering, didNotApply, mismatches } from './mismatch.ts';
import type { Plan } from './plan.ts';

/** A workspace outside the request's that COR does not hold as the ledger says, and why. */
export interface Drift {
  readonly workspace: string;
  readonly failure: Failure;
}

/** What is known while the calls of one plan are made. */
export interface Assertion {
  readonly plan: Plan;
  readonly session: CorSession;
  /**
   * Workspaces outside the request's that COR refused when they were sent alone: they are not sent once more.
   */
  readonly refused: Map<string, CorFailure>;
}

/**
 * What is not as it should be and can be mended: wanted workspaces that are missing or different, unwanted
 * ones that are still there.
 */
export function provenWrong({ plan, session, refused }: Assertion): string[] {
  if (!session.answered) return [];
  const found = mismatches(plan, session.seen).map(({ workspace }) => workspace);
  return found.filter((id) => !refused.has(id));
}

export function lingeringIn(assertion: Assertion): string[] {
  return provenWrong(assertion).filter((id) => !assertion.plan.desired.has(id));
}

/** What the next round has to mend: without any reply all that was to be attached. */
export function differentIn(assertion: Assertion): readonly string[] {
  return assertion.session.answered ? provenWrong(assertion) : assertion.plan.attach;
}

/**
 * Without any reply there is nothing to prove: all that was to be detached was not attached, or every attach
 * call was turned down.
 */
export function isProven(assertion: Assertion): boolean {
  const { plan, session } = assertion;
  return session.answered ? provenWrong(assertion).length === 0 : plan.attach.length === 0;
}

export function driftOf(assertion: Assertion): Drift[] {
  const { plan, session, refused } = assertion;
  const wrong = new Set(provenWrong(assertion));
  const shown = mismatches(plan, session.seen).filter(({ workspace }) => wrong.has(workspace));
  return [
    ...shown.map((one) => ({
      workspace: one.workspace,
      failure: one.wanted === undefined ? describeLingering(one.workspace) : didNotApply([one], session.seen),
    })),
    ...[...refused].map(([workspace, failure]) => ({ workspace, failure })),
  ];
}
