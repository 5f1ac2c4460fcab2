import { setTimeout as pause } from 'node:timers/promises';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import type { LocalDataverse } from '../../../local/dataverse/options.ts';
import { createQueuePoster, type QueuePoster } from '../../../local/dataverse/queue-poster.ts';
import { seededRandom } from '../../../local/histories/random.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../../src/dynamics/required-columns.ts';
import type { FromDataverse, ToDataverse } from './dataverse-messages.ts';

/*
 * The local Dataverse in a process of its own, so that the pages that it builds take no time from what is
 * measured. It ends with the process that forked it.
 */
const MAPPING = loadMapping('resource-assignment');
const TABLE = MAPPING.table;
const random = seededRandom(7);

let dataverse: LocalDataverse | undefined;
let poster: QueuePoster | undefined;
let changing: Promise<number> | undefined;
let isOver = false;

const answer = (message: FromDataverse) => process.send?.(message);
const idsOf = (from: LocalDataverse, table: string) =>
  from.rows(table).map((row) => String(row[`${table}id`]));

async function start({ rows, queue }: Extract<ToDataverse, { kind: 'start' }>): Promise<void> {
  const steps = [{ table: TABLE, queue, ...requiredColumns(MAPPING) }];
  const started = await startLocalDataverse({ rows, steps, onMessage: (message) => poster?.post(message) });
  dataverse = started;
  const { url, token } = started;
  const [resources, projects] = [idsOf(started, 'bookableresource'), idsOf(started, 'msdyn_project')];
  answer({ kind: 'started', url, token, resources, projects });
}

/** Rows that count on the day: a change of any other is nothing that COR has to be told. */
async function change(from: LocalDataverse, aSecond: number, day: string): Promise<number> {
  const ids = from
    .rows(TABLE)
    .filter((row) => String(row.msdyn_start) < day && String(row.msdyn_finish) > `${day}T23`)
    .map((row) => String(row[`${TABLE}id`]));
  const began = performance.now();
  let posted = 0;
  while (!isOver) {
    from.update(TABLE, random.pick(ids), { msdyn_effort: 1 + random.below(60) });
    posted += 1;
    // By the clock: what building a page has held up is made up for.
    await pause(Math.max(0, began + (posted * 1_000) / aSecond - performance.now()));
  }
  return posted;
}

async function endEvents(): Promise<void> {
  isOver = true;
  const posted = (await changing) ?? 0;
  await poster?.sent();
  answer({ kind: 'ended', posted });
}

process.on('message', (message: ToDataverse) => {
  if (message.kind === 'start') return void start(message);
  if (message.kind === 'endEvents') return void endEvents();
  if (!dataverse) throw new Error('It has not started.');
  poster ??= createQueuePoster(message.connectionString);
  isOver = false;
  changing = change(dataverse, message.aSecond, message.day);
});
process.on('disconnect', () => process.exit());
