import { setTimeout as later } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import { ORGANIZATION } from '../../local/events/cast.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { skip } from '../../src/dynamics/translation.ts';
import { openLookUps } from '../../src/messaging/look-ups.ts';

const TABLE = 'msdyn_resourceassignment';
const EVENTS = 1_000;
const ROWS = 50;

test('a burst of 1,000 events of 50 rows that wait together makes at most 100 reads', async () => {
  const dataverse = await startLocalDataverse({ rows: { assignments: ROWS } });
  const mapping = loadMapping('resource-assignment');
  const lookUps = openLookUps(
    { origin: dataverse.url, staticToken: dataverse.token },
    { mapping, now: Date.now, log: () => undefined },
  );
  onTestFinished(async () => {
    await lookUps.close();
    await dataverse.close();
  });
  const records = dataverse.rows(TABLE).map((row) => String(row[`${TABLE}id`]));
  // They have waited for a minute when the first of them is handled, as after an outage or a bulk change.
  const enqueuedAt = Date.now() - 60_000;
  const handle = async (index: number) => {
    const record = records[index % ROWS] ?? '';
    const event = {
      outcome: 'incomplete',
      table: TABLE,
      record,
      why: 'truncated',
      users: [],
      otherwise: skip('unassigned'),
    } as const;
    const found = await lookUps.hydrate(event, { enqueuedAt, organizationId: ORGANIZATION.id });
    await later(1);
    return found.kind;
  };
  const kinds: string[] = [];
  let next = 0;
  // As many at a time as host.json lets an instance have.
  const worker = async () => {
    while (next < EVENTS) kinds.push(await handle(next++));
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  expect(kinds).toEqual(Array.from({ length: EVENTS }, () => 'settled'));
  const reads = dataverse.requests.filter(({ path }) => path.startsWith('msdyn_resourceassignments(')).length;
  expect(reads).toBeGreaterThanOrEqual(ROWS);
  expect(reads).toBeLessThanOrEqual(100);
});
