import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { QUEUE, startTestStack } from '../integration/test-stack.ts';
import { measuredRun, startRun } from './load/run-process.ts';

const TABLE = 'msdyn_resourceassignment';
const KILLS = 50;
const ROWS = { assignments: 400, users: 20, projects: 10 };

test('a run that is killed at any point leaves nothing wrong, 50 times', async () => {
  const random = seededRandom(20_260_304);
  const dataverse = await startLocalDataverse({ rows: ROWS });
  onTestFinished(() => dataverse.close());
  const where = { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token };
  const resources = dataverse.rows('bookableresource').map((row) => String(row.bookableresourceid));
  const projects = dataverse.rows('msdyn_project').map((row) => String(row.msdyn_projectid));
  const stack = await startTestStack({
    env: where,
    cor: {
      users: resources.map((id, index) => ({ id, name: `P${index}`, email: `p${index}@example.com` })),
      workspaces: projects,
    },
  });
  const env = stack.settings({ queue: QUEUE, env: where });
  const quiet = () =>
    expect
      .poll(() => stack.broker.counts(QUEUE), { timeout: 60_000 })
      .toMatchObject({ active: 0, scheduled: 0, locked: 0 });

  /** Who is in which project: what Dynamics says, and what COR holds. */
  function wanted(): string[] {
    const pairs = dataverse
      .rows(TABLE)
      .filter((row) => typeof row.msdyn_finish === 'string' && row.msdyn_finish >= '2026-02-02')
      .filter((row) => row._msdyn_bookableresourceid_value)
      .map((row) => `${row._msdyn_bookableresourceid_value} ${row._msdyn_projectid_value}`);
    return [...new Set(pairs)].sort();
  }
  const inCor = (): string[] =>
    Object.entries(stack.cor.state())
      .flatMap(([user, held]) => Object.keys(held).map((workspace) => `${user} ${workspace}`))
      .sort();

  /** Events that are lost: some rows change, some move, some are deleted or made. */
  function change(): void {
    const silent = { withEvent: false };
    const ids = dataverse.rows(TABLE).map((row) => String(row.msdyn_resourceassignmentid));
    for (let count = 0; count < 12; count += 1) {
      const id = random.pick(ids);
      const roll = random.next();
      if (roll < 0.4) dataverse.update(TABLE, id, { msdyn_effort: 1 + random.below(40) }, silent);
      else if (roll < 0.75)
        dataverse.update(TABLE, id, { msdyn_bookableresourceid: random.pick(resources) }, silent);
      else if (roll < 0.85) dataverse.delete(TABLE, ids.splice(ids.indexOf(id), 1)[0] ?? id, silent);
      else {
        const { msdyn_start, msdyn_finish } = dataverse.row(TABLE, id);
        const columns = {
          msdyn_bookableresourceid: random.pick(resources),
          msdyn_projectid: random.pick(projects),
          msdyn_effort: 8,
          msdyn_start,
          msdyn_finish,
        };
        dataverse.create(TABLE, columns, silent);
      }
    }
  }

  const whole = await measuredRun('apply', env);
  const usualMs = whole.seconds * 1_000;
  await quiet();
  let killed = 0;
  for (let round = 0; killed < KILLS; round += 1) {
    change();
    const run = startRun('apply', env);
    const ended = once(run, 'exit');
    await pause(random.next() * (usualMs + 1_500));
    if (run.exitCode === null) {
      run.kill('SIGKILL');
      killed += 1;
    }
    await ended;
    if (round % 5 !== 4) continue;
    await quiet();
    // What the dead runs did not come to, one that lives does.
    await measuredRun('apply', env);
    await quiet();
    const after = await measuredRun('plan', env);
    expect({ round, equal: after.equal, counts: after.report.counts }).toMatchObject({ equal: true });
    expect(inCor()).toEqual(wanted());
  }
  console.log(`killed ${killed} runs, in up to ${Math.round(usualMs + 1_500)} ms`);
});
