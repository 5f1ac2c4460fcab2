import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import type { PostedMessage } from '../../local/dataverse/post-event.ts';
import { createQueuePoster, type QueuePoster } from '../../local/dataverse/queue-poster.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../src/dynamics/required-columns.ts';
import { type Line, QUEUE, startTestStack } from '../integration/test-stack.ts';
import { measuredRun } from './load/run-process.ts';

const MAPPING = loadMapping('resource-assignment');
const TABLE = MAPPING.table;
const EVENTS_A_SECOND = 50;
const ROWS = { assignments: 20_000, users: 500, projects: 100 };
/** Dataverse, COR and broker run in one process here, which is as busy with the pages as the app: each takes from the others. */
const BUSY = 10;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

test('events at 50 a second during a comparison: the end is right, and they hardly wait longer', async () => {
  const random = seededRandom(7);
  let poster: QueuePoster | undefined;
  const onMessage = (message: PostedMessage) => poster?.post(message);
  const steps = [{ table: TABLE, queue: QUEUE, ...requiredColumns(MAPPING) }];
  const dataverse = await startLocalDataverse({ rows: ROWS, steps, onMessage });
  onTestFinished(() => dataverse.close());
  const where = { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token };
  const stack = await startTestStack({
    env: where,
    cor: {
      users: dataverse.rows('bookableresource').map((row, index) => ({
        id: String(row.bookableresourceid),
        name: `P${index}`,
        email: `p${index}@example.com`,
      })),
      workspaces: dataverse.rows('msdyn_project').map((row) => String(row.msdyn_projectid)),
    },
  });
  const posting = createQueuePoster(stack.broker.connectionString);
  poster = posting;
  onTestFinished(() => posting.close());
  const [app] = stack.hosts;
  const env = stack.settings({ queue: QUEUE, env: where });
  const quiet = () =>
    expect
      .poll(() => stack.broker.counts(QUEUE), { timeout: 240_000 })
      .toMatchObject({ active: 0, locked: 0, scheduled: 0 });
  await measuredRun('apply', env);
  await quiet();

  stack.cor.set({ latencyMs: 150 });
  // Rows of this week: a change of any other is nothing that COR has to be told.
  const ids = dataverse
    .rows(TABLE)
    .filter((row) => String(row.msdyn_start) < '2026-03-04' && String(row.msdyn_finish) > '2026-03-05')
    .map((row) => String(row.msdyn_resourceassignmentid));
  /** Events until `isOver`; gives what each took from entering the queue to its end, ms. */
  async function events(isOver: () => boolean): Promise<number[]> {
    const seen = stack.lines.length;
    let posted = 0;
    while (!isOver()) {
      dataverse.update(TABLE, random.pick(ids), { msdyn_effort: 1 + random.below(60) });
      posted += 1;
      await pause(1_000 / EVENTS_A_SECOND);
    }
    await posting.sent();
    await quiet();
    const ended = (line: Line) => line.evt === 'message.completed' && line.entity === TABLE;
    const lines = stack.lines.slice(seen).filter(ended);
    expect(lines.length).toBe(posted);
    return lines.map((line) => Number(line.queueLagMs) + Number(line.durationMs));
  }

  const until = performance.now() + 8_000;
  const alone = await events(() => performance.now() > until);
  const headers = { 'x-functions-key': app?.functionsKey ?? '', 'content-type': 'application/json' };
  await fetch(`${app?.httpUrl}/admin/functions/reconcile`, { method: 'POST', headers, body: '{}' });
  const isFinished = () => stack.lines.some(({ evt }) => evt === 'reconcile.finished');
  const beside = await events(isFinished);
  const line = stack.lines.find(({ evt }) => evt === 'reconcile.finished');
  console.log(
    `${alone.length} events alone: ${median(alone).toFixed(0)} ms; ${beside.length} beside a comparison of ${line?.rows} rows (${Number(line?.durationMs) / 1_000} s): ${median(beside).toFixed(0)} ms`,
  );
  expect(median(beside)).toBeLessThan(2 * median(alone) * BUSY);
  await quiet();
  const after = await measuredRun('plan', env);
  expect(after.equal).toBe(true);
});
