import type { CorFailure } from '../cor/cor-client.ts';
import { isUnavailable } from '../failure.ts';
import type { Assertion } from './assertion.ts';
import { attachAnew, attachPart, detachPart, halves } from './cor-session.ts';

/**
 * Attaches; when a set that holds more than the request's workspaces is refused, the refused ones are found.
 */
export async function attachOrSingleOut(
  assertion: Assertion,
  wanted: readonly string[],
): Promise<CorFailure | undefined> {
  const { plan, refused } = assertion;
  const ids = wanted.filter((id) => !refused.has(id));
  if (ids.length === 0) return undefined;
  const failure = await attachMakingRoom(assertion, ids);
  if (!failure || failure.class === 'alreadyAttached') return undefined;
  // A refusal of several is the request's only when all of them are.
  if (isUnavailable(failure) || ids.every((id) => plan.requested.has(id))) return failure;
  const [only] = ids;
  if (ids.length > 1 || only === undefined) return singleOut(assertion, ids);
  refused.set(only, failure);
  return undefined;
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
export async function singleOut(
  assertion: Assertion,
  ids: readonly string[],
): Promise<CorFailure | undefined> {
  const { session } = assertion;
  const taken: string[] = [];
  const parts = ids.length > 1 ? halves(ids) : [ids];
  for (const part of parts) {
    const failure = await singleOutPart(assertion, part, taken);
    if (failure) return failure;
  }
  // Not `replaces`: a workspace that a later call was to bring is missing from the replies before, too.
  const lost = taken.some((id) => session.seen?.has(id) === false);
  const failure = lost ? await attachAnew(session, taken) : undefined;
  return failure?.class === 'alreadyAttached' ? undefined : failure;
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
  // Another instance is at work: whether COR takes these is not known.
  if (failure?.class === 'alreadyAttached') return undefined;
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
