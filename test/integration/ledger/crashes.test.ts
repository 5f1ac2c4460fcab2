import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataverseBody } from '../../../local/histories/dataverse-body.ts';
import { type Arrival, expectedState } from '../../../local/histories/expected.ts';
import { randomHistory } from '../../../local/histories/history.ts';
import { type Random, seededRandom } from '../../../local/histories/random.ts';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { believedState } from '../../../local/report.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { createBlobLedger } from '../../../src/ledger/blob-ledger.ts';
import { isEcho, QUEUE, startTestStack, type TestStack } from '../test-stack.ts';

const LOCK_MS = 60_000;
const LONGEST_MS = 120_000;

let stack: TestStack;
let running: HostProcess[];
let messages = 0;

beforeAll(async () => {
  stack = await startTestStack(
    {
      processes: 2,
      env: { MAPPING: 'project-team', UNMAPPED_GRACE: '0s' },
      queue: { lockDurationMs: LOCK_MS, maxDeliveryCount: 100 },
    },
    afterAll,
  );
  running = [...stack.hosts];
}, LONGEST_MS);

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** A history of users and projects of its own, shuffled, every third event twice; one user and one project are unknown to COR. */
function newArrivals(random: Random): {
  arrivals: Arrival[];
  expected: ReturnType<typeof expectedState>;
  users: readonly string[];
} {
  const [users, projects, strangers, nowhere] = [ids(3), ids(4), ids(1), ids(1)];
  for (const user of users) stack.cor.addUser(user);
  for (const project of projects) stack.cor.addWorkspace(project);
  const history = randomHistory(
    {
      users: [...users, ...strangers],
      projects: [...projects, ...nowhere],
      records: ids(14),
      length: 70,
      withVersionNumbers: random.chance(0.5),
    },
    random,
  );
  const arrivals = random
    .shuffle([...history, ...history.filter(() => random.chance(0.33))])
    .map((event): Arrival => ({ event, sequence: ++messages }));
  const takes = (user: string, project: string) => users.includes(user) && projects.includes(project);
  return { arrivals, expected: expectedState(arrivals, takes), users };
}

function message({ event, sequence }: Arrival) {
  return { messageId: `m${sequence}`, contentType: 'application/json', body: dataverseBody(event) };
}

/** Kills a process while COR has its call in hand, and starts another one in its place. */
async function killOne(point: 'before' | 'after', meanwhile: readonly Arrival[]): Promise<void> {
  const { cor } = stack;
  cor.hold(point);
  await stack.send(...meanwhile.map(message));
  await cor.held();
  await running.shift()?.kill('SIGKILL');
  // COR breaks off calls of the one that lives on as well, after it has applied them.
  cor.failNext(2, { status: 500, when: 'after' });
  cor.release();
  running.push(await stack.startApp({ queue: QUEUE }));
}

/** Waits until those that live have done what they could, then ends the locks of the dead. */
async function endLocksOfTheDead(): Promise<void> {
  let before = -1;
  for (;;) {
    const { active, locked } = stack.broker.counts(QUEUE);
    if (active === 0 && stack.cor.counts.inFlight === 0 && locked === before) break;
    before = locked;
    await sleep(100);
  }
  stack.skip(LOCK_MS);
}

/** Waits until no message is left. When all that is left comes back later, the broker's clock is put forward. */
async function settled(): Promise<void> {
  for (;;) {
    const { active, locked, scheduled } = stack.broker.counts(QUEUE);
    if (active + locked + scheduled === 0) return;
    if (active + locked === 0) stack.skip(LOCK_MS);
    await sleep(20);
  }
}

function withHoldings<T extends object>(users: readonly string[], all: Readonly<Record<string, T>>) {
  return Object.fromEntries(
    Object.entries(all).filter(([user, held]) => users.includes(user) && Object.keys(held).length > 0),
  );
}

async function believed(): Promise<Record<string, Record<string, number>>> {
  const ledger = createBlobLedger({ connectionString: stack.storage?.connectionString ?? '' });
  const state = await believedState(ledger, loadMapping('project-team').percentage, '2026-03-04');
  return Object.fromEntries([...state].map(([user, held]) => [user, Object.fromEntries(held)]));
}

test.each([
  { attach: 'additive', reattach: 'update', seed: 41 },
  { attach: 'replacing', reattach: 'ignore', seed: 42 },
] as const)(
  'processes killed in the middle of calls lose nothing, and COR ends up as the history says: attach $attach, re-attach $reattach',
  async ({ seed, ...switches }) => {
    const { broker, cor } = stack;
    const { arrivals, expected, users } = newArrivals(seededRandom(seed));
    cor.set(switches);
    const left = new Set<string>();
    const stopListening = broker.onSettled(({ messageId }) => left.add(messageId));

    const half = Math.ceil(arrivals.length / 2);
    await killOne('after', arrivals.slice(0, half));
    await endLocksOfTheDead();
    await killOne('before', arrivals.slice(half));
    await endLocksOfTheDead();
    await settled();
    stopListening();

    const { enqueued, completed, deadLettered, deadLetter } = broker.counts(QUEUE);
    expect(completed + deadLettered).toBe(enqueued);
    expect(deadLetter).toBe(deadLettered);
    expect([...left].filter((id) => !isEcho(id)).sort()).toEqual(
      arrivals.map(({ sequence }) => `m${sequence}`).sort(),
    );
    for (const { deadLetterReason } of (await stack.deadLetters()).values())
      expect(deadLetterReason).toBe('CorEntityNotMapped');
    expect(withHoldings(users, cor.state())).toEqual(expected);
    expect(withHoldings(users, await believed())).toEqual(expected);
  },
  LONGEST_MS,
);
