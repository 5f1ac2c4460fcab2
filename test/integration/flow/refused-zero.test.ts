import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTestStack } from '../test-stack.ts';
import { endedAfterRetries } from './after-retries.ts';
import { assignmentRow, message, work } from './dataverse-rows.ts';

const one = { table: 'bookableresource', id: '0f1e2d3c-0000-4000-8000-000000000001', name: 'Robin Fields' };
const bridge = { table: 'msdyn_project', id: '0f1e2d3c-0000-4000-8000-000000000002', name: 'Bridge renewal' };
const tidal = { table: 'msdyn_project', id: '0f1e2d3c-0000-4000-8000-000000000003', name: 'Tidal survey' };

const folder = mkdtempSync(join(tmpdir(), 'refused-zero-'));
afterAll(() => rmSync(folder, { recursive: true }));
const mappingFile = join(folder, 'mapping.json');
const preset = JSON.parse(
  readFileSync(new URL('../../../src/dynamics/presets/resource-assignment.json', import.meta.url), 'utf8'),
);
writeFileSync(mappingFile, JSON.stringify({ ...preset, percentage: { atLeast: 1 } }));

/** Work of the week after the stack's day. */
const NEXT_WEEK: [string, string] = ['2026-03-09', '2026-03-13'];

const stack = await startTestStack(
  {
    ledger: 'memory',
    env: { MAPPING: mappingFile },
    cor: { users: [one.id], workspaces: [bridge.id, tidal.id] },
  },
  afterAll,
);

test('a COR that refuses 0 is told the least percentage for work that begins later', async () => {
  stack.cor.set({ zeroPercent: 'refuse' });
  await stack.send(message('later', assignmentRow('later').create(work(one, bridge, 20, NEXT_WEEK))));
  expect(await stack.ended('later')).toMatchObject({ outcome: 'succeeded' });
  await stack.send(message('now', assignmentRow('now').create(work(one, tidal, 20))));
  expect(await stack.ended('now')).toMatchObject({ outcome: 'succeeded' });
  expect(stack.cor.state()[one.id]).toEqual({ [bridge.id]: 1, [tidal.id]: 25 });
  expect(await stack.line(({ evt }) => evt === 'percentage.zero')).toMatchObject({
    workspaceId: bridge.id,
    reason: 'later',
  });
});

test('it would refuse the event otherwise', async () => {
  const queue = 'without-least';
  stack.broker.createQueue({ name: queue });
  await stack.startApp({ queue, env: { MAPPING: 'resource-assignment' } });
  const sender = stack.client.createSender(queue);
  await sender.sendMessages(message('zero', assignmentRow('zero').create(work(one, bridge, 20, NEXT_WEEK))));
  const { line } = await endedAfterRetries(stack, 'zero', queue);
  expect(line).toMatchObject({ deadLetterReason: 'CorValidation' });
});
