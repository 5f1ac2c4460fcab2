import { expect } from 'vitest';
import { randomHistory } from '../../../local/histories/history.ts';
import { expectedAfterLives, skewed, twoLives } from './lives.ts';
import {
  PROJECTS,
  play,
  type Scenario,
  start,
  takes,
  UNKNOWN_PROJECT,
  UNKNOWN_USER,
  USERS,
} from './scenario.ts';
import { believedBy, heldBy } from './states.ts';

/** Rows with two lives, late deletes of the first and moves in the second, in any order and with any accident. */
export async function expectBothLives(any: Scenario, clocksDiffer: boolean): Promise<void> {
  const one = { ...any, withVersionNumbers: true };
  const started = start(one);
  const { random } = started;
  const second = randomHistory(
    {
      users: [...USERS, UNKNOWN_USER],
      projects: [...PROJECTS, UNKNOWN_PROJECT],
      records: [...new Set(started.history.map(({ record }) => record))],
      length: one.length,
      withVersionNumbers: true,
    },
    random,
  );
  const both = twoLives(started.history, second);
  const { arrivals, cluster } = await play(one, clocksDiffer ? skewed(both, random) : both, started);
  const expected = expectedAfterLives(arrivals, [...USERS, UNKNOWN_USER], takes);
  expect(heldBy(started.cor)).toEqual(expected);
  expect(await believedBy(cluster.ledger)).toEqual(expected);
  for (const { reason } of cluster.queue.messages)
    expect([undefined, 'CorEntityNotMapped']).toContain(reason);
}
