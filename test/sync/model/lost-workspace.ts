import { expect } from 'vitest';
import { expectedState } from '../../../local/histories/expected.ts';
import { randomHistory } from '../../../local/histories/history.ts';
import { Cluster } from './cluster.ts';
import { guid, PROJECTS, type Scenario, shuffled, start, takes, USERS } from './scenario.ts';
import { believedBy, heldBy, type State } from './states.ts';

/**
 * Two processes told COR about one user at the same moment, and each found workspaces there that the other had just
 * attached: what COR had lost was then taken for the refusal of another workspace.
 */
const TWO_AT_ONCE: Scenario = {
  seed: 850811836,
  length: 13,
  withVersionNumbers: false,
  manners: { attach: 'additive', reattach: 'refuse', batch: 'partial', notAttached: 'ignore', sums: 'any' },
  trouble: {
    workers: 2,
    inHand: 4,
    stepMs: 10_000,
    crashes: 0,
    corFailures: 2,
    lateCalls: 0,
    storageFailures: 0,
    lostLocks: 3,
    replays: 1,
    retries: true,
  },
};

/**
 * A late call attached what was no longer wanted, to a user whose only other workspace COR had lost: no attach that
 * COR took showed it, and it stayed.
 */
const LATE_AND_UNSEEN: Scenario = {
  seed: -567296474,
  length: 13,
  withVersionNumbers: false,
  manners: { attach: 'additive', reattach: 'ignore', batch: 'atomic', notAttached: 'refuse', sums: 'any' },
  trouble: {
    workers: 2,
    inHand: 1,
    stepMs: 10_000,
    crashes: 2,
    corFailures: 6,
    lateCalls: 3,
    storageFailures: 1,
    lostLocks: 3,
    replays: 0,
    retries: true,
  },
};

/** What the property has found so far. */
export const FOUND: [Scenario][] = [[TWO_AT_ONCE], [LATE_AND_UNSEEN]];

/** COR forgets a workspace between two histories: the second, which does not speak of it, ends as if nothing had been. */
export async function expectNotHeldUp(any: Scenario): Promise<void> {
  // Quick steps leave copies for after the loss, and COR then refuses what they move: another history.
  const one = { ...any, trouble: { ...any.trouble, stepMs: 10_000 } };
  const { random, history, known, cor } = start(one);
  const before = shuffled(history, 1, random);
  const cluster = new Cluster(before, cor, one.trouble, random);
  await cluster.run();
  const lost = random.pick(PROJECTS);
  known.workspaces.delete(lost);
  for (const workspaces of cor.state.values()) workspaces.delete(lost);
  const more = randomHistory(
    {
      users: USERS,
      projects: PROJECTS.filter((id) => id !== lost),
      records: [guid(31), guid(32)],
      length: one.length,
      withVersionNumbers: one.withVersionNumbers,
    },
    random,
  );
  const after = shuffled(more, before.length + 1, random);
  cluster.enqueue(after);
  await cluster.run();
  const expected = without(lost, expectedState([...before, ...after], takes));
  expect(without(lost, heldBy(cor))).toEqual(expected);
  expect(without(lost, await believedBy(cluster.ledger))).toEqual(expected);
  const added = cluster.queue.messages.filter(
    ({ sequence }) => sequence > before.length && sequence < 1_000_000,
  );
  for (const { end } of added) expect(end).toBe('completed');
}

function without(lost: string, state: State): State {
  const left = Object.entries(state).map(([user, { [lost]: _gone, ...rest }]) => [user, rest] as const);
  return Object.fromEntries(left.filter(([, workspaces]) => Object.keys(workspaces).length > 0));
}
