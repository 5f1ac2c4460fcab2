import { expect } from 'vitest';
import { type Random, seededRandom } from '../../../local/histories/random.ts';
import { Documents } from './documents.ts';
import { Dynamics, type Posted, type Shape, type Signals, truth } from './dynamics.ts';
import { Arrivals, RECORDS, step, USERS } from './play.ts';

/** One random history is a seed and the number of its steps. */
export interface Scenario {
  readonly seed: number;
  readonly length: number;
}

export const shapeOf = (signals: Signals, more: Partial<Shape> = {}): Shape => ({
  signals,
  users: USERS,
  records: RECORDS,
  restoresRows: false,
  weeksPass: false,
  ...more,
});

function start({ seed }: Scenario, shape: Shape) {
  const random = seededRandom(seed);
  const dynamics = new Dynamics(shape, random);
  const documents = new Documents();
  return { random, dynamics, documents, arrivals: new Arrivals(dynamics, documents, random) };
}

/** Events alone, and the reads that they ask for, bring the documents to what Dynamics holds. */
export function holdsWhatDynamicsHolds(one: Scenario, shape: Shape): Documents {
  const { random, dynamics, documents, arrivals } = start(one, shape);
  for (let count = 0; count < one.length; count += 1) step(dynamics, arrivals, random);
  arrivals.deliverAll();
  expect(documents.held()).toEqual(truth(dynamics.rows));
  return documents;
}

/** The same, with documents that an app of the first schema saved in between. */
export function survivesTheFirstSchema(one: Scenario, shape: Shape): void {
  const { random, dynamics, documents, arrivals } = start(one, shape);
  for (let count = 0; count < one.length; count += 1) {
    step(dynamics, arrivals, random);
    if (random.chance(0.2)) documents.age(dynamics.now);
  }
  arrivals.deliverAll();
  expect(documents.held()).toEqual(truth(dynamics.rows));
}

/** What the events alone come to: a read that one order asks for, and the other does not, would mend more than it was asked for. */
function afterAll(posted: readonly Posted[], dynamics: Dynamics, random: Random): Record<string, string> {
  const documents = new Documents({ canRead: false });
  const arrivals = new Arrivals(dynamics, documents, random);
  for (const one of posted) arrivals.post(one);
  arrivals.deliverAll();
  return documents.held();
}

/** Where the signals do not say which of two is newer there is no truth to hold, but the order of arrival must not show all the same. */
export function doesNotDependOnOrder(one: Scenario, shape: Shape): void {
  const { random, dynamics } = start(one, shape);
  const posted: Posted[] = [];
  for (let count = 0; count < one.length; count += 1) {
    const event = dynamics.step();
    if (!event) continue;
    posted.push(event);
    if (random.chance(0.25)) posted.push(dynamics.again(event));
  }
  expect(afterAll(posted, dynamics, random)).toEqual(afterAll(posted, dynamics, random));
}

/** Whatever the events said or did not say: a comparison of all rows makes it right. */
export function isMendedByComparing(one: Scenario, shape: Shape): void {
  const { random, dynamics, documents, arrivals } = start(one, shape);
  for (let count = 0; count < one.length; count += 1) step(dynamics, arrivals, random);
  arrivals.deliverAll();
  documents.reconcile(dynamics.rows, USERS, RECORDS, dynamics.now);
  expect(documents.held()).toEqual(truth(dynamics.rows));
}

/**
 * The environment is restored from a backup: its numbers count again from those of then. The versions are forgotten and all rows compared
 * while old messages are still on their way; from then on events do as before.
 */
export function survivesARestoredEnvironment(one: Scenario, shape: Shape): Documents {
  const { random, dynamics, documents, arrivals } = start(one, shape);
  const some = () => {
    for (let count = 0; count < one.length / 3; count += 1) step(dynamics, arrivals, random);
  };
  some();
  const backup = dynamics.snapshot();
  some();
  dynamics.restoreEnvironment(backup);
  some();
  arrivals.deliverReads();
  const at = dynamics.pass();
  documents.forgetVersions(USERS, at);
  // A second message of the same run changes nothing.
  documents.forgetVersions(USERS, at);
  documents.reconcile(dynamics.rows, USERS, RECORDS, at);
  expect(documents.held()).toEqual(truth(dynamics.rows));
  some();
  arrivals.deliverAll();
  expect(documents.held()).toEqual(truth(dynamics.rows));
  return documents;
}
