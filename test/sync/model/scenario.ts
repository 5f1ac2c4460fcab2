import fc from 'fast-check';
import type { Arrival } from '../../../local/histories/expected.ts';
import { type HistoryShape, type RowEvent, randomHistory } from '../../../local/histories/history.ts';
import { type Random, seededRandom } from '../../../local/histories/random.ts';
import { Cluster } from './cluster.ts';
import { type CorManners, createModelCor } from './model-cor.ts';
import type { Trouble } from './trouble.ts';

export const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const USERS = [guid(1), guid(2), guid(3)];
/** COR does not know this user, nor the last of the projects. */
export const UNKNOWN_USER = guid(9);
export const PROJECTS = [guid(11), guid(12), guid(13)];
export const UNKNOWN_PROJECT = guid(19);
const RECORDS = [guid(21), guid(22), guid(23), guid(24)];

export const takes = (user: string, project: string) => USERS.includes(user) && PROJECTS.includes(project);

const manners: fc.Arbitrary<CorManners> = fc.record({
  attach: fc.constantFrom('additive', 'replacing'),
  reattach: fc.constantFrom('update', 'ignore', 'refuse'),
  batch: fc.constantFrom('atomic', 'partial', 'partialSuccess'),
  notAttached: fc.constantFrom('ignore', 'refuse'),
  sums: fc.constant('any'),
});

const trouble: fc.Arbitrary<Trouble> = fc.record({
  workers: fc.integer({ min: 1, max: 3 }),
  // What is kept for a second is new for many steps, or for none.
  stepMs: fc.constantFrom(50, 10_000),
  inHand: fc.integer({ min: 1, max: 6 }),
  crashes: fc.integer({ min: 0, max: 4 }),
  corFailures: fc.integer({ min: 0, max: 6 }),
  lateCalls: fc.constantFrom(0, 0, 3),
  storageFailures: fc.integer({ min: 0, max: 3 }),
  lostLocks: fc.constantFrom(0, 0, 3),
  replays: fc.integer({ min: 0, max: 2 }),
  retries: fc.constant(true),
});

export interface Scenario {
  readonly seed: number;
  readonly length: number;
  readonly withVersionNumbers: boolean;
  readonly manners: CorManners;
  readonly trouble: Trouble;
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 1, max: 13 }),
  withVersionNumbers: fc.boolean(),
  manners,
  trouble,
});

/**
 * The events in random order, a quarter of them twice, as they enter the queue. Without `versionnumber` the queue
 * decides within a second, so an event enters it twice in a row there: of two that are posted in turns nothing
 * tells which is newer.
 */
export function shuffled(history: readonly RowEvent[], first: number, random: Random): Arrival[] {
  const twice = (events: readonly RowEvent[]) =>
    events.flatMap((event) => Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => event));
  const hasNumbers = history.some(({ versions }) => versions.after !== undefined);
  const entering = hasNumbers ? random.shuffle(twice(history)) : twice(random.shuffle(history));
  return entering.map((event, index) => ({ event, sequence: first + index }));
}

/** A history, a COR and the random numbers of one scenario. `shape` says what is different from any other history. */
export function start(one: Scenario, shape: Partial<HistoryShape> = {}) {
  const random = seededRandom(one.seed);
  const history = randomHistory(
    {
      users: [...USERS, UNKNOWN_USER],
      projects: [...PROJECTS, UNKNOWN_PROJECT],
      records: RECORDS,
      length: one.length,
      withVersionNumbers: one.withVersionNumbers,
      ...shape,
    },
    random,
  );
  const known = { users: new Set(USERS), workspaces: new Set(PROJECTS) };
  return { random, history, known, cor: createModelCor(one.manners, known) };
}

/** Plays a history to its end. */
export async function play(one: Scenario, history: readonly RowEvent[], started: ReturnType<typeof start>) {
  const arrivals = shuffled(history, 1, started.random);
  const cluster = new Cluster(arrivals, started.cor, one.trouble, started.random);
  await cluster.run();
  return { arrivals, cluster };
}

/** Whoever replays while the circuit breaker is open gets the letters back: then once more. */
export async function replayUntilDone(cluster: Cluster): Promise<void> {
  for (let round = 0; round < 6 && cluster.queue.deadLetters.length > 0; round += 1) {
    cluster.replayAll();
    await cluster.run();
  }
}
