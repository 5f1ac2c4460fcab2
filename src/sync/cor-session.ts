import type { CallContext, CorClient, CorFailure } from '../cor/cor-client.ts';
import { isUnavailable } from '../failure.ts';
import type { WorkspacePercentage } from '../ledger/percentages.ts';

/** The calls that are made about one user in one go, and what COR's replies have shown so far. */
export interface CorSession {
  readonly cor: CorClient;
  readonly user: string;
  readonly desired: ReadonlyMap<string, WorkspacePercentage>;
  readonly context: CallContext;
  calls: number;
  /** When the first call was made, on the process's own clock. Milliseconds. */
  readonly startedAt: number;
  /** COR's state may have changed: something was accepted, or it is unknown what was. */
  corChanged: boolean;
  /** At least one 2xx: there is a reply to hold COR to. */
  answered: boolean;
  /** Percentage by workspace as COR's latest reply showed it. */
  seen: ReadonlyMap<string, number> | undefined;
  /** Nothing was sent since that may have changed it: a refused call may have been carried out in part. */
  seenIsCurrent: boolean;
  /** What COR refused inside its latest 200 to an attach. */
  reported: CorFailure | undefined;
  /** An attach dropped workspaces that were not in the call: COR replaces, so only whole sets may be sent. */
  replaces: boolean;
}

export function startSession(
  cor: CorClient,
  user: string,
  desired: ReadonlyMap<string, WorkspacePercentage>,
  context: CallContext,
): CorSession {
  return {
    cor,
    user,
    desired,
    context,
    calls: 0,
    startedAt: performance.now(),
    corChanged: false,
    answered: false,
    seen: undefined,
    seenIsCurrent: false,
    reported: undefined,
    replaces: false,
  };
}

/**
 * What one user may cost in one go: the lock of its messages is renewed for five minutes, and others wait for
 * the call slot. Refused workspaces are found by halving, so that several of them fit in among hundreds.
 */
const MAX_CALLS = 60;
const MAX_MS = 60_000;

/** Counts a call, or says why it is not made any more. */
function spendCall(session: CorSession): CorFailure | undefined {
  if (session.calls < MAX_CALLS && performance.now() - session.startedAt < MAX_MS) {
    session.calls += 1;
    return undefined;
  }
  return {
    service: 'cor',
    class: 'transient',
    code: 'BUDGET_SPENT',
    description: `${session.calls} calls for one user did not make COR equal to Dynamics. It is tried again later; see which of the user's workspaces COR refuses.`,
  };
}

/** Attaches these workspaces with their wanted percentages, in one call. */
export async function attachPart(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const { desired } = session;
  const spent = spendCall(session);
  if (spent) return spent;
  session.reported = undefined;
  const shares = ids.map((workspaceId) => ({
    workspaceId,
    percentage: desired.get(workspaceId)?.percentage ?? 0,
  }));
  const answer = await session.cor.attach(session.user, shares, session.context);
  if (!answer.ok) {
    notePossibleChange(session, ids, answer.failure);
    return answer.failure;
  }
  noteReply(session, answer.workspaces);
  session.reported = refusalIn(answer.problems);
  const { seen } = session;
  const sent = new Set(ids);
  if (seen && [...desired.keys()].some((id) => !sent.has(id) && !seen.has(id))) session.replaces = true;
  const [only] = ids;
  return ids.length === 1 && only !== undefined && seen?.has(only) === false ? session.reported : undefined;
}

/**
 * Attaches what COR says is there already by detaching it first: only that proves the percentage. There once more:
 * another instance is at work on the same user, and whoever saves last tells COR everything.
 */
export async function attachAnew(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const failure = await attachPart(session, ids);
  if (failure?.class !== 'alreadyAttached') return failure;
  return (await detachPart(session, ids)) ?? (await attachPart(session, ids));
}

/**
 * Detaches. A workspace that is not attached, or that COR does not know, needs no detaching. Whether COR
 * refuses a whole call for one such workspace is not documented: then they are found by halving.
 */
export async function detachPart(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  if (ids.length === 0) return undefined;
  const spent = spendCall(session);
  if (spent) return spent;
  const answer = await session.cor.detach(session.user, ids, session.context);
  if (answer.ok) {
    noteReply(session, answer.workspaces);
    return undefined;
  }
  const { failure } = answer;
  notePossibleChange(session, ids, failure);
  if (failure.class !== 'notAttached' && failure.class !== 'unmapped') return failure;
  return ids.length === 1 ? undefined : detachHalves(session, ids);
}

async function detachHalves(session: CorSession, ids: readonly string[]): Promise<CorFailure | undefined> {
  for (const half of halves(ids)) {
    const left = session.seenIsCurrent ? half.filter((id) => session.seen?.has(id) !== false) : half;
    const failure = await detachPart(session, left);
    if (failure) return failure;
  }
  return undefined;
}

/** Two or more ids in two parts. */
export function halves(ids: readonly string[]): readonly (readonly string[])[] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
}

function noteReply(session: CorSession, workspaces: ReadonlyMap<string, number> | undefined): void {
  session.corChanged = true;
  session.answered = true;
  session.seen = workspaces;
  session.seenIsCurrent = true;
}

/** Whether a refused batch is refused whole is not documented, and a lost answer tells nothing. */
function notePossibleChange(session: CorSession, ids: readonly string[], failure: CorFailure): void {
  if (ids.length === 1 && !isUnavailable(failure)) return;
  session.corChanged = true;
  session.seenIsCurrent = false;
}

/** A failure that COR reported inside a 200 and that keeps a workspace from being attached. */
function refusalIn(problems: readonly CorFailure[]): CorFailure | undefined {
  return problems.find(({ class: kind }) => kind !== 'alreadyAttached' && kind !== 'notAttached');
}
