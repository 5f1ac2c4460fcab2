import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedHolders, expectedState } from '../../local/histories/expected.ts';
import { rowsInTwo } from '../../src/ledger/rows-in-two.ts';
import { expectNotHeldUp, FOUND } from './model/lost-workspace.ts';
import {
  PROJECTS,
  play,
  replayUntilDone,
  scenario,
  start,
  takes,
  UNKNOWN_PROJECT,
  UNKNOWN_USER,
  USERS,
} from './model/scenario.ts';
import { expectSettled } from './model/settled.ts';
import { believedBy, documentsOf, heldBy } from './model/states.ts';

const TIMEOUT_MS = 120_000;

describe('random histories, in any order and with any accident', () => {
  it(
    'end with every message settled and COR equal to what the history says',
    async () => {
      await fc.assert(fc.asyncProperty(scenario, expectSettled), { numRuns: 2_000 });
    },
    TIMEOUT_MS,
  );

  it(
    'end equal once COR knows everybody and all dead letters are replayed, those of an outage too',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, fc.boolean(), async (one, retries) => {
          const started = start(one);
          const { arrivals, cluster } = await play(
            { ...one, trouble: { ...one.trouble, retries } },
            started.history,
            started,
          );
          started.known.users.add(UNKNOWN_USER);
          started.known.workspaces.add(UNKNOWN_PROJECT);
          cluster.calm();
          await replayUntilDone(cluster);
          const expected = expectedState(arrivals, () => true);
          expect(heldBy(started.cor)).toEqual(expected);
          expect(await believedBy(cluster.ledger)).toEqual(expected);
          expect(cluster.queue.messages.map(({ end }) => end)).not.toContain('deadLettered');
        }),
        { numRuns: 120 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'end equal with a COR that takes 100 % in all, after replays of what came too early',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async (any) => {
          const one = {
            ...any,
            withVersionNumbers: true,
            manners: { ...any.manners, sums: 'atMost100' } as const,
            trouble: { ...any.trouble, stepMs: 10_000 },
          };
          const started = start(one, { users: USERS, projects: PROJECTS, withinWorkingTime: true });
          const { arrivals, cluster } = await play(one, started.history, started);
          for (const { reason } of cluster.queue.messages)
            expect([undefined, 'CorValidation']).toContain(reason);
          cluster.calm();
          await replayUntilDone(cluster);
          expect(heldBy(started.cor)).toEqual(expectedState(arrivals, takes));
          expect(cluster.queue.deadLetters).toEqual([]);
        }),
        { numRuns: 200 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'leave a row with two users only where an event was lost, and say which of them is older',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async (any) => {
          const one = { ...any, withVersionNumbers: true };
          const started = start(one, { users: USERS, projects: PROJECTS });
          const isMove = (index: number) => {
            const { before, after } = started.history[index] ?? {};
            return before && after && before.user !== after.user;
          };
          const posted = started.history.filter((_, index) => !isMove(index) || started.random.chance(0.5));
          const { arrivals, cluster } = await play(one, posted, started);
          expect(heldBy(started.cor)).toEqual(expectedState(arrivals, takes));
          const found = rowsInTwo(await documentsOf(cluster.ledger)).map(({ record, newest, older }) => [
            record,
            [newest.user, ...older.map(({ user }) => user)],
          ]);
          const holders = [...expectedHolders(arrivals, takes)].filter(([, users]) => users.length > 1);
          expect(Object.fromEntries(found)).toEqual(Object.fromEntries(holders));
        }),
        { numRuns: 200 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'are not held up by a workspace that COR loses in between',
    async () => {
      await fc.assert(fc.asyncProperty(scenario, expectNotHeldUp), { numRuns: 120, examples: FOUND });
    },
    TIMEOUT_MS,
  );
});
