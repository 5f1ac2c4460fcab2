import type { CorFailure } from '../cor/cor-client.ts';
import type { Failure } from '../failure.ts';
import type { CorSession } from './cor-session.ts';
import { describeLingering, didNotApply, type Mismatch, mismatches } from './mismatch.ts';
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

/** What the next round has to mend: without any reply all that was to be attached, but for what COR refuses. */
export function differentIn(assertion: Assertion): readonly string[] {
  const { plan, session, refused } = assertion;
  return session.answered ? provenWrong(assertion) : plan.attach.filter((id) => !refused.has(id));
}

/**
 * Whether COR's replies show all that the plan speaks of. Without any reply that is so where nothing was asked
 * for but what COR refuses, and what is not attached anyway.
 */
export function isProven(assertion: Assertion): boolean {
  const { plan, session } = assertion;
  if (session.answered) return provenWrong(assertion).length === 0;
  const isAsked = [...plan.requested].some((id) => plan.desired.has(id) && plan.attach.length > 0);
  return !isAsked && differentIn(assertion).length === 0 && unseenIn(assertion).length === 0;
}

/** Workspaces that must not be there, where everything is to be told and no reply has shown what is. */
export function unseenIn({ plan, session }: Assertion): readonly string[] {
  if (session.answered || !plan.tellsAll) return [];
  return [...plan.unwanted].filter((id) => !plan.detach.includes(id));
}

/** What is not as the request wants it, once all rounds are over. What COR would not detach is not attached. */
export function requestedMismatches({ plan, session }: Assertion): Mismatch[] {
  return mismatches(plan, session.seen).filter(
    ({ workspace, wanted }) => plan.requested.has(workspace) && (session.answered || wanted !== undefined),
  );
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
