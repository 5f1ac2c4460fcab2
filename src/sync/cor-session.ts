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
  /** COR's state may have changed: something was accepted, or it is unknown what was. */
  corChanged: boolean;
  /** At least one 2xx: there is a reply to hold COR to. */
  answered: boolean;
  /** Percentage by workspace as COR's latest reply showed it. */
  seen: ReadonlyMap<string, number> | undefined;
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
    corChanged: false,
    answered: false,
    seen: undefined,
    reported: undefined,
    replaces: false,
  };
}

/** Attaches these workspaces with their wanted percentages, in one call. */
export async function attachPart(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const { desired } = session;
  session.calls += 1;
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

/** Attaches what COR says is there already by detaching it first: only that proves the percentage. */
export async function attachAnew(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const failure = await attachPart(session, ids);
  if (failure?.class !== 'alreadyAttached') return failure;
  const second = (await detachPart(session, ids)) ?? (await attachPart(session, ids));
  // There once more: another instance is at work on the same user, and whoever saves last tells COR
  // everything.
  return second?.class === 'alreadyAttached' ? undefined : second;
}

/**
 * Detaches. A workspace that is not attached, or that COR does not know, needs no detaching. Whether COR
 * refuses a whole call for one such workspace is not documented: then each is tried alone.
 */
export async function detachPart(
  session: CorSession,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  if (ids.length === 0) return undefined;
  session.calls += 1;
  const answer = await session.cor.detach(session.user, ids, session.context);
  if (answer.ok) {
    noteReply(session, answer.workspaces);
    return undefined;
  }
  const { failure } = answer;
  notePossibleChange(session, ids, failure);
  if (failure.class !== 'notAttached' && failure.class !== 'unmapped') return failure;
  return ids.length === 1 ? undefined : detachEach(session, ids);
}

async function detachEach(session: CorSession, ids: readonly string[]): Promise<CorFailure | undefined> {
  for (const id of ids) {
    if (session.seen && !session.seen.has(id)) continue;
    const failure = await detachPart(session, [id]);
    if (failure) return failure;
  }
  return undefined;
}

function noteReply(session: CorSession, workspaces: ReadonlyMap<string, number> | undefined): void {
  session.corChanged = true;
  session.answered = true;
  session.seen = workspaces;
}

/** Whether a refused batch is refused whole is not documented, and a lost answer tells nothing. */
function notePossibleChange(session: CorSession, ids: readonly string[], failure: CorFailure): void {
  if (ids.length > 1 || isUnavailable(failure)) session.corChanged = true;
}

/** A failure that COR reported inside a 200 and that keeps a workspace from being attached. */
function refusalIn(problems: readonly CorFailure[]): CorFailure | undefined {
  return problems.find(({ class: kind }) => kind !== 'alreadyAttached' && kind !== 'notAttached');
}
