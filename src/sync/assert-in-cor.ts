import type { CallContext, CorClient, CorFailure } from '../cor/cor-client.ts';
import { type Failure, isUnavailable } from '../failure.ts';
import { attachAnew, attachPart, type CorSession, detachPart, halves, startSession } from './cor-session.ts';
import { describeLingering, didNotApply, mismatches } from './mismatch.ts';
import type { Plan } from './plan.ts';

/** A workspace outside the request's that COR does not hold as the ledger says, and why. */
export interface Drift {
  readonly workspace: string;
  readonly failure: Failure;
}

export interface AssertionResult {
  readonly failure?: Failure;
  readonly drift: readonly Drift[];
  /** Percentage by workspace as COR's latest reply showed it. */
  readonly seen?: ReadonlyMap<string, number> | undefined;
  readonly calls: number;
  /** COR's state may have changed: something was accepted, or it is unknown what was. */
  readonly corChanged: boolean;
}

/** What is known while the calls of one plan are made. */
interface Assertion {
  readonly plan: Plan;
  readonly session: CorSession;
  /**
   * Workspaces outside the request's that COR refused when they were sent alone: they are not sent once more.
   */
  readonly refused: Map<string, CorFailure>;
}

type Round = (assertion: Assertion) => Promise<Failure | undefined>;

/** The rounds in which COR is told, until its reply proves that it holds what the plan says. */
const ROUNDS: readonly Round[] = [tellDifference, tellEverything, mendDifferent, mendEverything];

/**
 * Makes COR hold what `plan` says and proves it by COR's replies: detach, then attach; if the reply differs,
 * the whole wanted set; if it still differs, detach and attach those. Ends with a failure when COR refuses,
 * cannot be reached, or still shows something else.
 */
export async function assertInCor(
  cor: CorClient,
  user: string,
  plan: Plan,
  context: CallContext = {},
): Promise<AssertionResult> {
  const session = startSession(cor, user, plan.desired, context);
  const assertion: Assertion = { plan, session, refused: new Map() };
  const failure = await runRounds(assertion);
  const { calls, corChanged } = session;
  if (failure) return { failure, drift: [], calls, corChanged };
  return { drift: driftOf(assertion), seen: session.seen, calls, corChanged };
}

async function runRounds(assertion: Assertion): Promise<Failure | undefined> {
  for (const round of ROUNDS) {
    const failure = await round(assertion);
    if (failure || isProven(assertion)) return failure;
    // A reply without any list of workspaces proves nothing, whatever is sent: taking away and giving anew
    // would only shake COR.
    if (assertion.session.answered && assertion.session.seen === undefined) break;
  }
  const { plan, session } = assertion;
  const left = mismatches(plan, session.seen).filter(({ workspace }) => plan.requested.has(workspace));
  return left.length === 0 ? undefined : didNotApply(left, session.seen);
}

/** First what the plan says: mostly the difference, which is all there is to do. */
function tellDifference(assertion: Assertion): Promise<Failure | undefined> {
  const { detach, attach } = assertion.plan;
  return detachThenAttach(assertion, detach, attach);
}

/** Then all that is wanted: a COR that replaces has dropped what was not in the call. */
async function tellEverything(assertion: Assertion): Promise<Failure | undefined> {
  const { attach, desired } = assertion.plan;
  if (attach.length === desired.size) return undefined;
  return detachThenAttach(assertion, [], [...desired.keys()]);
}

/**
 * Then what is not as it should be is detached and attached anew, for a COR that keeps the percentage of what
 * is there.
 */
async function mendDifferent(assertion: Assertion): Promise<Failure | undefined> {
  const { plan, session } = assertion;
  // Parts would take away the rest.
  if (session.replaces) return undefined;
  const different = differentIn(assertion);
  const attach = different.filter((id) => plan.desired.has(id));
  return detachThenAttach(assertion, different, attach);
}

/**
 * Last the same with everything at once, where COR replaces: often only the reply to the first attach of a
 * part has shown that.
 */
async function mendEverything(assertion: Assertion): Promise<Failure | undefined> {
  const { plan, session } = assertion;
  if (!session.replaces) return undefined;
  const all = [...plan.desired.keys()];
  return detachThenAttach(assertion, [...new Set([...all, ...differentIn(assertion)])], all);
}

/** One round of calls: detach, attach, and detach what the reply shows that nobody wants. */
async function detachThenAttach(
  assertion: Assertion,
  detach: readonly string[],
  attach: readonly string[],
): Promise<Failure | undefined> {
  return (
    (await detachPart(assertion.session, detach)) ??
    (await attachOrSingleOut(assertion, attach)) ??
    (await reportedRefusal(assertion)) ??
    (await detachPart(assertion.session, lingeringIn(assertion)))
  );
}

/**
 * Attaches; when a set that holds more than the request's workspaces is refused, the refused ones are found.
 */
async function attachOrSingleOut(
  assertion: Assertion,
  wanted: readonly string[],
): Promise<CorFailure | undefined> {
  const { plan, refused } = assertion;
  const ids = wanted.filter((id) => !refused.has(id));
  if (ids.length === 0) return undefined;
  const failure = await attachMakingRoom(assertion, ids);
  if (!failure || failure.class === 'alreadyAttached') return undefined;
  if (isUnavailable(failure) || ids.every((id) => plan.requested.has(id))) return failure;
  return singleOut(assertion, ids);
}

/**
 * Attaches; where COR finds the call invalid and something in it is to shrink, that is detached first and the
 * call made once more. A COR that keeps the percentage of what is attached, and takes no more than 100 % in
 * all, would refuse the call for ever: it holds the old percentage against the new ones.
 */
async function attachMakingRoom(
  { plan, session }: Assertion,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const failure = await attachPart(session, ids);
  const shrinking = ids.filter((id) => plan.shrinks.has(id));
  if (failure?.class !== 'validation' || shrinking.length === 0) return failure;
  return (await detachPart(session, shrinking)) ?? attachPart(session, ids);
}

/**
 * Finds by halving what COR no longer takes, so that it cannot hold up the others: about 2·log₂ n calls for
 * one among n. Returns what concerns requested ones. Where COR replaces, each call takes away what the one
 * before gave: then all that it took are sent together once more.
 */
async function singleOut(assertion: Assertion, ids: readonly string[]): Promise<CorFailure | undefined> {
  const { session } = assertion;
  const taken: string[] = [];
  const parts = ids.length > 1 ? halves(ids) : [ids];
  for (const part of parts) {
    const failure = await singleOutPart(assertion, part, taken);
    if (failure) return failure;
  }
  // Not `replaces`: a workspace that a later call was to bring is missing from the replies before, too.
  const lost = taken.some((id) => session.seen?.has(id) === false);
  return lost ? attachAnew(session, taken) : undefined;
}

/** Adds to `taken` what COR takes of these. */
async function singleOutPart(
  assertion: Assertion,
  ids: readonly string[],
  taken: string[],
): Promise<CorFailure | undefined> {
  const { plan, session, refused } = assertion;
  const [only] = ids;
  if (only === undefined) return undefined;
  const failure = await attachAnew(session, ids);
  if (failure && isUnavailable(failure)) return failure;
  if (!failure && !session.reported) {
    taken.push(...ids);
    return undefined;
  }
  if (ids.length === 1) {
    if (!failure) taken.push(only);
    else if (plan.requested.has(only)) return failure;
    else refused.set(only, failure);
    return undefined;
  }
  // Refused whole, or all but some: what the reply shows is not among those.
  const left = failure ? ids : ids.filter((id) => session.seen?.has(id) !== true);
  taken.push(...ids.filter((id) => !left.includes(id)));
  for (const half of left.length > 1 ? halves(left) : [left]) {
    const found = await singleOutPart(assertion, half, taken);
    if (found) return found;
  }
  return undefined;
}

/**
 * What COR refused inside a 200, where that concerns requested workspaces. When others are not as they should
 * be either, it does not say for sure whose refusal it is: then it is found out.
 */
async function reportedRefusal(assertion: Assertion): Promise<CorFailure | undefined> {
  const { plan, session } = assertion;
  const missing = provenWrong(assertion).filter((id) => plan.desired.has(id));
  if (!session.reported || !missing.some((id) => plan.requested.has(id))) return undefined;
  const certain = missing.every((id) => plan.requested.has(id));
  return certain ? session.reported : singleOut(assertion, missing);
}

/**
 * What is not as it should be and can be mended: wanted workspaces that are missing or different, unwanted
 * ones that are still there.
 */
function provenWrong({ plan, session, refused }: Assertion): string[] {
  if (!session.answered) return [];
  const found = mismatches(plan, session.seen).map(({ workspace }) => workspace);
  return found.filter((id) => !refused.has(id));
}

function lingeringIn(assertion: Assertion): string[] {
  return provenWrong(assertion).filter((id) => !assertion.plan.desired.has(id));
}

/** What the next round has to mend: without any reply all that was to be attached. */
function differentIn(assertion: Assertion): readonly string[] {
  return assertion.session.answered ? provenWrong(assertion) : assertion.plan.attach;
}

/**
 * Without any reply there is nothing to prove: all that was to be detached was not attached, or every attach
 * call was turned down.
 */
function isProven(assertion: Assertion): boolean {
  const { plan, session } = assertion;
  return session.answered ? provenWrong(assertion).length === 0 : plan.attach.length === 0;
}

function driftOf(assertion: Assertion): Drift[] {
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
