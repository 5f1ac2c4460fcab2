import { expect, test } from 'vitest';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';
import { assignmentRow, message, work } from './dataverse-rows.ts';

const one = { table: 'bookableresource', id: '0f1e2d3c-0000-4000-8000-000000000001', name: 'Robin Fields' };
const bridge = { table: 'msdyn_project', id: '0f1e2d3c-0000-4000-8000-000000000002', name: 'Bridge renewal' };

/** On a busy machine. */
const WITHIN = { timeout: 15_000 };

/** Runs the timer function by hand, as an operator can. */
async function runTimer({ httpUrl, functionsKey }: HostProcess): Promise<void> {
  const reply = await fetch(new URL('/admin/functions/dueUsers', httpUrl), {
    method: 'POST',
    headers: { 'x-functions-key': functionsKey, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(reply.status).toBe(202);
}

test('on a Monday the timer has COR told the share of the new week, and thirty days after the end that it is over', async () => {
  const stack = await startTestStack({ cor: { users: [one.id], workspaces: [bridge.id] } });
  const { connectionString = '' } = stack.storage ?? {};
  const { documents } = openLedger({ connectionString });
  await stack.send(message('now', assignmentRow('now').create(work(one, bridge, 20))));
  expect(await stack.ended('now', 60_000)).toMatchObject({ outcome: 'succeeded' });
  expect(stack.cor.state()[one.id]).toEqual({ [bridge.id]: 25 });
  await Promise.all(stack.hosts.map((host) => host.stop(5_000)));

  for (const [day, held] of [
    ['2026-03-16', { [bridge.id]: 0 }],
    ['2026-04-13', {}],
  ] as const) {
    const host = await stack.startApp({ queue: QUEUE, env: { COR_TODAY: day } });
    const told = stack.lines.length;
    await runTimer(host);
    await expect
      .poll(() => stack.lines.slice(told).find(({ evt }) => evt === 'due.sent'), WITHIN)
      .toBeDefined();
    await stack.broker.waitUntilIdle(QUEUE, 15_000);
    expect([day, stack.cor.state()[one.id]]).toEqual([day, held]);
    await host.stop(5_000);
    // Weeks have passed: whom the last run sent a message for is long forgotten.
    await documents.remove('due-users.json');
  }
}, 120_000);
