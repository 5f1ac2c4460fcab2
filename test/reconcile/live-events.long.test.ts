import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { STORY_DAY } from '../../local/events/story-day.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { type Line, QUEUE, startTestStack } from '../integration/test-stack.ts';
import { measuredRun } from './load/run-process.ts';
import { startDataverseProcess } from './load/start-dataverse.ts';

const TABLE = loadMapping('resource-assignment').table;
const EVENTS_A_SECOND = 50;
const ROWS = { assignments: 20_000, users: 500, projects: 100 };
const ALONE_MS = 8_000;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

test('events at 50 a second during a comparison: the end is right, and they hardly wait longer', async () => {
  const dataverse = await startDataverseProcess(ROWS, QUEUE);
  const stack = await startTestStack({ env: dataverse.env, cor: dataverse.cor });
  const [app] = stack.hosts;
  const env = stack.settings({ queue: QUEUE, env: dataverse.env });
  const quiet = () =>
    expect
      .poll(() => stack.broker.counts(QUEUE), { timeout: 240_000 })
      .toMatchObject({ active: 0, locked: 0, scheduled: 0 });
  await measuredRun('apply', env);
  await quiet();
  stack.cor.set({ latencyMs: 150 });

  /** Events until `over` resolves; gives what each took from entering the queue to its end, ms. */
  async function events(over: () => Promise<unknown>): Promise<number[]> {
    const seen = stack.lines.length;
    const { connectionString } = stack.broker;
    dataverse.beginEvents({ connectionString, aSecond: EVENTS_A_SECOND, day: STORY_DAY });
    await over();
    const posted = await dataverse.endEvents();
    await quiet();
    const ended = (line: Line) => line.evt === 'message.completed' && line.entity === TABLE;
    const lines = stack.lines.slice(seen).filter(ended);
    expect(lines.length).toBe(posted);
    return lines.map((line) => Number(line.queueLagMs) + Number(line.durationMs));
  }

  const alone = await events(() => pause(ALONE_MS));
  const headers = { 'x-functions-key': app?.functionsKey ?? '', 'content-type': 'application/json' };
  const beside = await events(async () => {
    await fetch(`${app?.httpUrl}/admin/functions/reconcile`, { method: 'POST', headers, body: '{}' });
    await stack.line(({ evt }) => evt === 'reconcile.finished', 120_000);
  });
  const line = await stack.line(({ evt }) => evt === 'reconcile.finished');
  console.log(
    `${alone.length} events alone: ${median(alone).toFixed(0)} ms; ${beside.length} beside a comparison of ${line.rows} rows (${Number(line.durationMs) / 1_000} s): ${median(beside).toFixed(0)} ms`,
  );
  expect(median(beside)).toBeLessThan(2 * median(alone));
  const after = await measuredRun('plan', env);
  expect(after.equal).toBe(true);
});
