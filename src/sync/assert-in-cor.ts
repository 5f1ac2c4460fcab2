import type { CallContext, CorClient, CorFailure } from '../cor/cor-client.ts';
import type { Failure } from '../failure.ts';
import {
  type Assertion,
  type Drift,
  differentIn,
  driftOf,
  isProven,
  lingeringIn,
  provenWrong,
  requestedMismatches,
  unseenIn,
} from './assertion.ts';
import { detachPart, startSession } from './cor-session.ts';
import { type Difference, lookFirst } from './look-first.ts';
import { didNotApply } from './mismatch.ts';
import type { Plan } from './plan.ts';
import { attachOrSingleOut, singleOut } from './single-out.ts';

export interface AssertionResult {
  readonly failure?: Failure;
  readonly drift: readonly Drift[];
  /** What COR held otherwise than it was told, before it was told anything now. */
  readonly differed: readonly Difference[];
  /** Percentage by workspace as COR's latest reply showed it. */
  readonly seen?: ReadonlyMap<string, number> | undefined;
  readonly calls: number;
  /** COR's state may have changed: something was accepted, or it is unknown what was. */
  readonly corChanged: boolean;
}

type Round = (assertion: Assertion) => Promise<Failure | undefined>;

/** The rounds in which COR is told, until its reply proves that it holds what the plan says. */
const ROUNDS: readonly Round[] = [
  tellDifference,
  tellEverything,
  mendDifferent,
  mendEverything,
  detachUnseen,
];

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
  const differed = plan.looksAt ? await lookFirst(session, plan.looksAt) : [];
  const failure = await runRounds(assertion);
  const { calls, corChanged } = session;
  if (failure) return { failure, drift: [], differed, calls, corChanged };
  return { drift: driftOf(assertion), differed, seen: session.seen, calls, corChanged };
}

async function runRounds(assertion: Assertion): Promise<Failure | undefined> {
  for (const round of ROUNDS) {
    const failure = await round(assertion);
    if (failure || isProven(assertion)) return failure;
    // A reply without any list of workspaces proves nothing, whatever is sent: taking away and giving anew
    // would only shake COR.
    if (assertion.session.answered && assertion.session.seen === undefined) break;
  }
  const left = requestedMismatches(assertion);
  return left.length === 0 ? undefined : didNotApply(left, assertion.session.seen);
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

/**
 * Where COR refuses all that is wanted, no reply to an attach shows what else is there: what must not be is
 * detached unseen.
 */
function detachUnseen(assertion: Assertion): Promise<Failure | undefined> {
  return detachPart(assertion.session, unseenIn(assertion));
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
