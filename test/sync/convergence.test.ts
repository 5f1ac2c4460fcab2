import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { percentages } from '../../src/ledger/percentages.ts';
import { Cluster, type Trouble } from './model/cluster.ts';
import { type Arrival, expectedState } from './model/expected.ts';
import { randomHistory } from './model/history.ts';
import { type CorManners, createModelCor } from './model/model-cor.ts';
import { seededRandom } from './model/random.ts';

const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const USERS = [guid(1), guid(2), guid(3)];
/** COR does not know this user, nor the last of the projects. */
const UNKNOWN_USER = guid(9);
const PROJECTS = [guid(11), guid(12), guid(13)];
const UNKNOWN_PROJECT = guid(19);
const RECORDS = [guid(21), guid(22), guid(23), guid(24)];

const known = { users: new Set(USERS), workspaces: new Set(PROJECTS) };
const takes = (user: string, project: string) => known.users.has(user) && known.workspaces.has(project);

const manners: fc.Arbitrary<CorManners> = fc.record({
  attach: fc.constantFrom('additive', 'replacing'),
  reattach: fc.constantFrom('update', 'ignore', 'refuse'),
  batch: fc.constantFrom('atomic', 'partial'),
  notAttached: fc.constantFrom('ignore', 'refuse'),
});

const trouble: fc.Arbitrary<Trouble> = fc.record({
  workers: fc.integer({ min: 1, max: 3 }),
  inHand: fc.integer({ min: 1, max: 6 }),
  crashes: fc.integer({ min: 0, max: 4 }),
  corFailures: fc.integer({ min: 0, max: 6 }),
  storageFailures: fc.integer({ min: 0, max: 3 }),
});

const scenario = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 1, max: 14 }),
  withVersionNumbers: fc.boolean(),
  manners,
  trouble,
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function play({ seed, length, withVersionNumbers, manners: how, trouble: faults }: Scenario) {
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
  const repeated = history.flatMap((event) =>
    Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => event),
  );
  const arrivals: Arrival[] = random
    .shuffle(repeated)
    .map((event, index) => ({ event, sequence: index + 1 }));
  const cor = createModelCor(how, known);
  const cluster = new Cluster(arrivals, cor, faults, random);
  await cluster.run();
  return { arrivals, cor, cluster };
}

describe('random histories, in any order and with any accident', () => {
  it('end with every message settled and COR equal to what the history says', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const { arrivals, cor, cluster } = await play(one);
        const expected = expectedState(arrivals, takes);
        const held = Object.fromEntries(
          [...cor.state]
            .filter(([, workspaces]) => workspaces.size > 0)
            .map(([user, found]) => [user, Object.fromEntries(found)]),
        );
        expect(held).toEqual(expected);
        for (const { end, reason } of cluster.messages) {
          expect(['completed', 'deadLettered']).toContain(end);
          if (end === 'deadLettered') expect(reason).toBe('CorEntityNotMapped');
        }
        const rule = loadMapping('project-team').percentage;
        for await (const user of cluster.ledger.users()) {
          const { document } = await cluster.ledger.load(user);
          const believed = [...percentages(document, rule)].map(([id, { percentage }]) => [id, percentage]);
          expect(Object.fromEntries(believed)).toEqual(expected[user] ?? {});
        }
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);
});
