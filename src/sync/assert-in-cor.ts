import type { CallContext, CorClient, CorFailure } from '../cor/cor-client.ts';
import { type Failure, isUnavailable } from '../failure.ts';
import { describeMismatch, mismatches } from './mismatch.ts';
import type { Plan } from './plan.ts';

export interface AssertionResult {
  readonly failure?: Failure;
  /** Workspaces outside the messages' own that COR does not hold as the ledger says, and would not take back. */
  readonly drift: readonly string[];
  readonly calls: number;
  /** COR's state may have changed: something was accepted, or it is unknown what was. */
  readonly corChanged: boolean;
}

/** What is known while the calls of one plan are made. `seen` is the state that COR's latest reply showed. */
interface Run {
  readonly cor: CorClient;
  readonly user: string;
  readonly plan: Plan;
  readonly context: CallContext;
  calls: number;
  corChanged: boolean;
  /** At least one 2xx: there is a reply to hold COR to. */
  answered: boolean;
  seen: ReadonlyMap<string, number> | undefined;
  problems: readonly CorFailure[];
  /** An attach dropped workspaces that were not in the call: COR replaces, so only whole sets may be sent. */
  replacing: boolean;
  /** Workspaces outside the messages' own that COR refused when they were sent alone: not sent again in this run. */
  readonly refused: Set<string>;
}

async function attach(run: Run, ids: readonly string[]): Promise<CorFailure | undefined> {
  const { desired } = run.plan;
  run.calls += 1;
  run.problems = [];
  const shares = ids.map((workspaceId) => ({
    workspaceId,
    percentage: desired.get(workspaceId)?.percentage ?? 0,
  }));
  const answer = await run.cor.attach(run.user, shares, run.context);
  if (!answer.ok) {
    // Whether a refused batch is refused whole is not documented, and a lost answer tells nothing.
    if (ids.length > 1 || isUnavailable(answer.failure)) run.corChanged = true;
    return answer.failure;
  }
  run.corChanged = true;
  run.answered = true;
  run.seen = answer.workspaces;
  run.problems = answer.problems;
  const sent = new Set(ids);
  if (run.seen && [...desired.keys()].some((id) => !sent.has(id) && !run.seen?.has(id))) run.replacing = true;
  const alone = ids.length === 1 && ids[0] !== undefined && run.seen?.has(ids[0]) === false;
  return alone ? refusalIn(answer.problems) : undefined;
}

/** A failure that COR reported inside a 200 and that keeps a workspace from being attached. */
function refusalIn(problems: readonly CorFailure[]): CorFailure | undefined {
  return problems.find(({ class: kind }) => kind !== 'alreadyAttached' && kind !== 'notAttached');
}

/**
 * Detaches; a workspace that is not attached, or that COR does not know, is as detached as it can be. Whether COR refuses a batch
 * for one such workspace is not documented: then each is tried alone.
 */
async function detach(run: Run, ids: readonly string[]): Promise<CorFailure | undefined> {
  if (ids.length === 0) return undefined;
  run.calls += 1;
  const answer = await run.cor.detach(run.user, ids, run.context);
  if (answer.ok) {
    run.corChanged = true;
    run.answered = true;
    run.seen = answer.workspaces;
    return undefined;
  }
  if (ids.length > 1 || isUnavailable(answer.failure)) run.corChanged = true;
  if (answer.failure.class !== 'notAttached' && answer.failure.class !== 'unmapped') return answer.failure;
  if (ids.length === 1) return undefined;
  for (const id of ids) {
    if (run.seen && !run.seen.has(id)) continue;
    const failure = await detach(run, [id]);
    if (failure) return failure;
  }
  return undefined;
}

/** Attaches what COR says is there already by detaching it first: only that proves the percentage. */
async function attachAnew(run: Run, ids: readonly string[]): Promise<CorFailure | undefined> {
  const failure = await attach(run, ids);
  if (failure?.class !== 'alreadyAttached') return failure;
  const again = (await detach(run, ids)) ?? (await attach(run, ids));
  // There once more: another instance is at work on the same user, and whoever saves last tells COR everything.
  return again?.class === 'alreadyAttached' ? undefined : again;
}

/**
 * Sends workspaces one by one, so that one that COR no longer takes cannot hold up the others. Returns what concerns `own` ones. Where
 * COR replaces, each call takes away what the one before gave: then all that it took are sent together once more.
 */
async function attachEach(run: Run, ids: readonly string[]): Promise<CorFailure | undefined> {
  const taken: string[] = [];
  for (const id of ids) {
    const failure = await attachAnew(run, [id]);
    if (!failure) taken.push(id);
    else if (isUnavailable(failure) || run.plan.own.has(id)) return failure;
    else run.refused.add(id);
  }
  // Not `replacing`: a workspace that a later call was to bring is missing from the replies before, too.
  const lost = taken.some((id) => run.seen?.has(id) === false);
  return lost ? attachAnew(run, taken) : undefined;
}

/** Attaches; a refusal of a set that holds more than the messages' own workspaces is tried again one by one. */
async function attachSet(run: Run, wanted: readonly string[]): Promise<CorFailure | undefined> {
  const ids = wanted.filter((id) => !run.refused.has(id));
  if (ids.length === 0) return undefined;
  const failure = await attach(run, ids);
  if (!failure || failure.class === 'alreadyAttached') return undefined;
  if (isUnavailable(failure) || ids.every((id) => run.plan.own.has(id))) return failure;
  return attachEach(run, ids);
}

/** What is not as it should be and can be mended: wanted workspaces that are missing or different, unwanted ones that are still there. */
function wrong(run: Run): string[] {
  if (!run.answered) return [];
  return mismatches(run.plan, run.seen)
    .map(({ workspace }) => workspace)
    .filter((id) => !run.refused.has(id));
}

function stuck(run: Run): string[] {
  return wrong(run).filter((id) => !run.plan.desired.has(id));
}

/**
 * What COR refused inside a 200, where that concerns the messages' own workspaces. When others are not as they should be either, it does
 * not say for sure whose refusal it is: then each is sent alone.
 */
async function reportedRefusal(run: Run): Promise<CorFailure | undefined> {
  const refusal = refusalIn(run.problems);
  const missing = wrong(run).filter((id) => run.plan.desired.has(id));
  if (!refusal || !missing.some((id) => run.plan.own.has(id))) return undefined;
  return missing.every((id) => run.plan.own.has(id)) ? refusal : attachEach(run, missing);
}

/** One round: detach, attach, and detach what the reply shows that nobody asked for. */
async function round(run: Run, off: readonly string[], on: readonly string[]): Promise<Failure | undefined> {
  return (
    (await detach(run, off)) ??
    (await attachSet(run, on)) ??
    (await reportedRefusal(run)) ??
    (await detach(run, stuck(run)))
  );
}

async function assertSteps(run: Run): Promise<Failure | undefined> {
  const { plan } = run;
  const all = [...plan.desired.keys()];
  // Without any reply there is nothing to prove: all that was to be detached was not attached, or every attach call was turned down.
  const done = (): boolean => (run.answered ? wrong(run).length === 0 : plan.attach.length === 0);

  const first = await round(run, plan.detach, plan.attach);
  if (first || done()) return first;
  if (plan.attach.length < all.length) {
    const second = await round(run, [], all);
    if (second || done()) return second;
  }
  // Twice, because only the reply to the first attach of a part tells that COR replaces; then everything has to be sent again.
  for (let whole = false; !whole && !done(); whole ||= !run.replacing) {
    const bad = run.answered ? wrong(run) : plan.attach;
    whole = run.replacing;
    const again = whole ? all : bad.filter((id) => plan.desired.has(id));
    const third = await round(run, [...new Set([...again, ...bad])], again);
    if (third) return third;
  }
  const left = mismatches(plan, run.seen).filter(({ workspace }) => plan.own.has(workspace));
  if (left.length === 0) return undefined;
  return {
    service: 'cor',
    class: 'didNotApply',
    code: 'CorDidNotApply',
    description: describeMismatch(left, run.seen),
  };
}

/**
 * Makes COR hold what `plan` says and proves it by COR's replies: detach, then attach; if the reply differs, the whole wanted set;
 * if it still differs, detach and attach those. Ends with a failure when COR refuses, cannot be reached, or still shows something else.
 */
export async function assertInCor(
  cor: CorClient,
  user: string,
  plan: Plan,
  context: CallContext = {},
): Promise<AssertionResult> {
  const run: Run = {
    cor,
    user,
    plan,
    context,
    calls: 0,
    corChanged: false,
    answered: false,
    seen: undefined,
    problems: [],
    replacing: false,
    refused: new Set(),
  };
  const failure = await assertSteps(run);
  const { calls, corChanged, refused } = run;
  return {
    ...(failure && { failure }),
    drift: failure ? [] : [...wrong(run), ...refused],
    calls,
    corChanged,
  };
}
