import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../src/clock.ts';
import { createConnector } from '../../src/connector.ts';
import type { CorAnswer, CorClient } from '../../src/cor/cor-client.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { readSettings } from '../../src/settings.ts';
import { assignmentTemplate, numberedGuid } from '../load/assignment-messages.ts';
import { atMost, type Measurement, type Scenario, valueAtMost } from '../measurement.ts';
import { median } from '../statistics.ts';

/** Messages that are under way at once, each of another user. */
const CHUNK = 256;
/** Growth with the square would be 10 or 100 here. What is left of the room is the engine's: it holds tables of 1,000 keys otherwise. */
const BOUND = 2;
/** A user with ten times the rows: the document is read and written whole, so there is growth in proportion, and a little for tables. */
const ROWS_BOUND = 12;
const MAX_BLOCK_MS = 50;
const LOCK_TOKEN = randomUUID();
const write = assignmentTemplate(9);

/** A COR that answers truthfully in the next turn of the event loop: what is left is the connector's own work. */
function instantCor(): CorClient {
  const users = new Map<string, Map<string, number>>();
  const answer = async (user: string, change: (held: Map<string, number>) => void): Promise<CorAnswer> => {
    await nextTurn();
    const held = users.get(user) ?? new Map<string, number>();
    users.set(user, held);
    change(held);
    return { ok: true, status: 200, workspaces: new Map(held), problems: [] };
  };
  return {
    attach: (user, shares) =>
      answer(user, (held) => {
        for (const { workspaceId, percentage } of shares) held.set(workspaceId, percentage);
      }),
    detach: (user, ids) =>
      answer(user, (held) => {
        for (const id of ids) held.delete(id);
      }),
    createWorkspace: () => Promise.resolve({ ok: true, status: 200, workspaces: undefined, problems: [] }),
    checkCredentials: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

function connector() {
  const settings = readSettings({
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=local;SharedAccessKey=local',
    ServiceBusQueueName: 'assignments',
    COR_API_KEY: 'key',
    COR_CLIENT_SECRET: 'secret',
    LedgerStorage: 'memory',
  });
  let now = systemClock.now();
  const clock = { ...systemClock, now: () => now };
  const one = createConnector(settings, () => undefined, {
    cor: instantCor(),
    ledger: createMemoryLedger(),
    clock,
  });
  /** Nothing that the connector remembers for a second is still remembered then: a message reads its user's document. */
  const passSeconds = () => {
    now += 2_000;
  };
  return { handle: one.handle, passSeconds };
}

interface Shape {
  readonly messages: number;
  /** The n-th message's user, and its row among that user's. */
  user(index: number): number;
  row(index: number): number;
}

function bodyOf({ user, row }: Shape, index: number, firstVersion: number): Buffer {
  return write({
    record: numberedGuid(user(index), row(index)),
    user: numberedGuid(2, user(index)),
    workspace: numberedGuid(3, row(index)),
    hours: 10 + ((firstVersion + index) % 90),
    version: 1_000_000 + firstVersion + index,
  });
}

/** Handles messages as the host hands them over; microseconds of processor time for each. */
async function handle(app: ReturnType<typeof connector>, shape: Shape, firstVersion: number) {
  let spent = 0;
  // The bodies are written between the measurements, and never all at once: they are not the connector's own memory.
  for (let from = 0; from < shape.messages; from += CHUNK) {
    const indexes = Array.from({ length: Math.min(CHUNK, shape.messages - from) }, (_, at) => from + at);
    const messages = indexes.map((index) => ({ index, body: bodyOf(shape, index, firstVersion) }));
    app.passSeconds();
    const before = process.cpuUsage();
    await Promise.all(
      messages.map(({ index, body }) =>
        app.handle(body, {
          lockToken: LOCK_TOKEN,
          sequenceNumber: firstVersion + index,
          deliveryCount: 1,
        }),
      ),
    );
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
  }
  return spent / shape.messages;
}

/** 1, 10, 100 times as many messages of the same users, all of whom are known already. */
async function byMessages(rounds: number): Promise<number[]> {
  const app = connector();
  const shape = (messages: number): Shape => ({ messages, user: (index) => index % CHUNK, row: () => 1 });
  const times: number[][] = [[], [], []];
  let version = 1;
  for (let round = -1; round < rounds; round += 1) {
    for (const [at, factor] of [1, 10, 100].entries()) {
      const messages = CHUNK * factor;
      const took = await handle(app, shape(messages), version);
      version += messages;
      // The first round makes the users known, and warms the engine up.
      if (round >= 0) times[at]?.push(took);
    }
  }
  return times.map(median);
}

/** The longest time for which a message of a user with 10,000 assignments holds up all others, in ms: the shortest of several tries. */
async function longestBlock(tries: number): Promise<number> {
  const app = connector();
  const rows = 10_000;
  await handle(app, { messages: rows, user: () => 0, row: (index) => index }, 1);
  const blocks: number[] = [];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const shape = { messages: 1, user: () => 0, row: () => attempt };
    delay.enable();
    await handle(app, shape, rows + 1 + attempt);
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    blocks.push(delay.max / 1e6);
  }
  // Others on the machine make it longer, never shorter.
  return Math.min(...blocks);
}

/** One message at a time of a user who has 10, 100, 1,000 assignments, each in a workspace of its own. */
async function byAssignments(rounds: number, messages: number): Promise<number[]> {
  const app = connector();
  const sizes = [10, 100, 1_000];
  let version = 1;
  for (const [user, size] of sizes.entries()) {
    await handle(app, { messages: size, user: () => user, row: (index) => index }, version);
    version += size;
  }
  const times: number[][] = sizes.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [user, size] of sizes.entries()) {
      let sum = 0;
      for (let message = 0; message < messages; message += 1) {
        sum += await handle(app, { messages: 1, user: () => user, row: () => message % size }, version);
        version += 1;
      }
      if (round >= 0) times[user]?.push(sum / messages);
    }
  }
  return times.map(median);
}

/** Does the cost of a message stay what it is when there are many? Nothing but the connector runs here: no host, no network. */
export const scenario: Scenario = {
  limitSeconds: 150,
  async run(size) {
    const [rounds, singles] = size === 'full' ? [3, 60] : [1, 10];
    const [once, tenfold, hundredfold] = (await byMessages(rounds)) as [number, number, number];
    const [ten, hundred, thousand] = (await byAssignments(rounds, singles)) as [number, number, number];
    const block = await longestBlock(size === 'full' ? 10 : 3);
    const row = (name: string, value: number, reference: number, bound: number): Measurement => ({
      name: `time of one message: ${name}`,
      value,
      unit: 'µs',
      reference,
      ratio: value / reference,
      steady: true,
      target: atMost(bound),
    });
    const count = (factor: number) => (CHUNK * factor).toLocaleString('en');
    return {
      measurements: [
        row(`among ${count(10)} ÷ among ${count(1)}`, tenfold, once, BOUND),
        row(`among ${count(100)} ÷ among ${count(1)}`, hundredfold, once, BOUND),
        // The ledger document of a user is read and written whole, so here growth in proportion is what there has to be.
        row('user with 100 ÷ user with 10 assignments', hundred, ten, ROWS_BOUND),
        row('user with 1,000 ÷ user with 100 assignments', thousand, hundred, ROWS_BOUND),
        {
          name: 'user with 10,000 assignments: longest time in which the process does nothing else',
          value: block,
          unit: 'ms',
          target: valueAtMost(MAX_BLOCK_MS),
        },
      ],
    };
  },
};
