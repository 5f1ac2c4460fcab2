import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { Cluster, type Trouble } from './model/cluster.ts';
import { type Arrival, expectedState } from './model/expected.ts';
import { type RowEvent, randomHistory } from './model/history.ts';
import { type CorManners, createModelCor, type ModelCor } from './model/model-cor.ts';
import { type Random, seededRandom } from './model/random.ts';

const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const USERS = [guid(1), guid(2), guid(3)];
/** COR does not know this user, nor the last of the projects. */
const UNKNOWN_USER = guid(9);
const PROJECTS = [guid(11), guid(12), guid(13)];
const UNKNOWN_PROJECT = guid(19);
const RECORDS = [guid(21), guid(22), guid(23), guid(24)];

const takes = (user: string, project: string) => USERS.includes(user) && PROJECTS.includes(project);

const manners: fc.Arbitrary<CorManners> = fc.record({
  attach: fc.constantFrom('additive', 'replacing'),
  reattach: fc.constantFrom('update', 'ignore', 'refuse'),
  batch: fc.constantFrom('atomic', 'partial', 'partialSuccess'),
  notAttached: fc.constantFrom('ignore', 'refuse'),
});

const trouble: fc.Arbitrary<Trouble> = fc
  .record({
    workers: fc.integer({ min: 1, max: 3 }),
    inHand: fc.integer({ min: 1, max: 6 }),
    crashes: fc.integer({ min: 0, max: 4 }),
    corFailures: fc.integer({ min: 0, max: 6 }),
    storageFailures: fc.integer({ min: 0, max: 3 }),
    lostLocks: fc.constantFrom(0, 0, 3),
    replays: fc.integer({ min: 0, max: 2 }),
  })
  .map((all) => ({ ...all, crashes: all.lostLocks > 0 ? 0 : all.crashes, retries: true }));

const scenario = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 1, max: 13 }),
  withVersionNumbers: fc.boolean(),
  manners,
  trouble,
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/**
 * The events in random order, a quarter of them twice, as they enter the queue. Without `versionnumber` the queue decides within a
 * second, so an event enters it twice in a row there: of two that are posted in turns nothing tells which is newer.
 */
function shuffled(history: readonly RowEvent[], first: number, random: Random): Arrival[] {
  const twice = (events: readonly RowEvent[]) =>
    events.flatMap((event) => Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => event));
  const hasNumbers = history.some(({ versions }) => versions.after !== undefined);
  const entering = hasNumbers ? random.shuffle(twice(history)) : twice(random.shuffle(history));
  return entering.map((event, index) => ({ event, sequence: first + index }));
}

function start({ seed, length, withVersionNumbers, manners: how }: Scenario) {
  const random = seededRandom(seed);
  const history = randomHistory(
    {
      users: [...USERS, UNKNOWN_USER],
      projects: [...PROJECTS, UNKNOWN_PROJECT],
      records: RECORDS,
      length,
      withVersionNumbers,
    },
    random,
  );
  const known = { users: new Set(USERS), workspaces: new Set(PROJECTS) };
  const cor = createModelCor(how, known);
  return { random, history, known, cor };
}

function heldBy({ state }: ModelCor): Record<string, Record<string, number>> {
  const users = [...state].filter(([, workspaces]) => workspaces.size > 0);
  return Object.fromEntries(users.map(([user, found]) => [user, Object.fromEntries(found)]));
}

async function believedBy(ledger: Ledger): Promise<Record<string, Record<string, number>>> {
  const rule = loadMapping('project-team').percentage;
  const believed: Record<string, Record<string, number>> = {};
  for await (const user of ledger.users()) {
    const found = [...percentagesOn((await ledger.load(user)).document.assignments, rule, '2026-03-04')];
    if (found.length > 0)
      believed[user] = Object.fromEntries(found.map(([id, { percentage }]) => [id, percentage]));
  }
  return believed;
}

describe('random histories, in any order and with any accident', () => {
  it('end with every message settled and COR equal to what the history says', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const { random, history, cor } = start(one);
        const arrivals = shuffled(history, 1, random);
        const cluster = new Cluster(arrivals, cor, one.trouble, random);
        await cluster.run();
        const expected = expectedState(arrivals, takes);
        expect(heldBy(cor)).toEqual(expected);
        expect(await believedBy(cluster.ledger)).toEqual(expected);
        for (const { end, reason } of cluster.messages) {
          expect(['completed', 'deadLettered', 'replayed']).toContain(end);
          expect([undefined, 'CorEntityNotMapped']).toContain(reason);
        }
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  it('end equal once COR knows everybody and all dead letters are replayed, those of an outage too', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.boolean(), async (one, retries) => {
        const { random, history, known, cor } = start(one);
        const arrivals = shuffled(history, 1, random);
        const cluster = new Cluster(arrivals, cor, { ...one.trouble, retries }, random);
        await cluster.run();
        known.users.add(UNKNOWN_USER);
        known.workspaces.add(UNKNOWN_PROJECT);
        cluster.calm();
        cluster.replayAll();
        await cluster.run();
        const expected = expectedState(arrivals, () => true);
        expect(heldBy(cor)).toEqual(expected);
        expect(await believedBy(cluster.ledger)).toEqual(expected);
        expect(cluster.messages.map(({ end }) => end)).not.toContain('deadLettered');
      }),
      { numRuns: 120 },
    );
  }, 120_000);

  it('are not held up by a workspace that COR loses in between', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
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
        const without = (state: Record<string, Record<string, number>>) =>
          Object.fromEntries(
            Object.entries(state).flatMap(([user, { [lost]: _gone, ...rest }]) =>
              Object.keys(rest).length > 0 ? [[user, rest]] : [],
            ),
          );
        const expected = without(expectedState([...before, ...after], takes));
        expect(without(heldBy(cor))).toEqual(expected);
        expect(without(await believedBy(cluster.ledger))).toEqual(expected);
        const added = cluster.messages
          .slice(before.length)
          .filter(({ sequence }) => sequence > before.length);
        for (const { end, properties } of added)
          if (Object.keys(properties).length === 0) expect(end).toBe('completed');
      }),
      { numRuns: 120 },
    );
  }, 120_000);
});
