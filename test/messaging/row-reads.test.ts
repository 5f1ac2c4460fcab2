import { expect, test } from 'vitest';
import type { Entity } from '../../src/dynamics/entity.ts';
import { RowReads } from '../../src/messaging/row-reads.ts';

const NOW = Date.UTC(2026, 2, 4);
const SECOND = 1_000;

function setUp() {
  const clock = { now: NOW };
  const asked: string[] = [];
  const failures: Error[] = [];
  const reads = new RowReads(
    async (id) => {
      asked.push(id);
      const failure = failures.shift();
      if (failure) throw failure;
      return { kind: 'entity', logicalName: 't', id, columns: new Map() } satisfies Entity;
    },
    () => clock.now,
  );
  return { clock, asked, failures, reads };
}

test('a thousand events of fifty rows that wait together cost fifty reads', async () => {
  const { asked, reads } = setUp();
  const events = Array.from({ length: 1_000 }, (_, at) => ({
    row: `row ${at % 50}`,
    enqueuedAt: NOW - 60 * SECOND + at,
  }));
  await Promise.all(events.map(({ row, enqueuedAt }) => reads.read(row, enqueuedAt)));
  expect(asked).toHaveLength(50);
});

test('an event that came after a read began, or may have, is read for anew', async () => {
  const { clock, asked, reads } = setUp();
  await reads.read('row', NOW - 10 * SECOND);
  await reads.read('row', NOW - 6 * SECOND);
  expect(asked).toHaveLength(1);
  await reads.read('row', NOW - 1 * SECOND);
  await reads.read('row', undefined);
  clock.now = NOW + SECOND;
  await reads.read('row', NOW);
  expect(asked).toHaveLength(4);
});

test('a read that failed serves nobody else', async () => {
  const { asked, failures, reads } = setUp();
  failures.push(new Error('away'));
  const both = [reads.read('row', NOW - 10 * SECOND), reads.read('row', NOW - 10 * SECOND)];
  await expect(Promise.allSettled(both)).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(await reads.read('row', NOW - 10 * SECOND)).toMatchObject({ id: 'row' });
  expect(asked).toHaveLength(2);
});

test('the oldest reads are forgotten', async () => {
  const { asked, reads } = setUp();
  for (let row = 0; row <= 1_000; row += 1) await reads.read(`row ${row}`, NOW - 10 * SECOND);
  await reads.read('row 1000', NOW - 10 * SECOND);
  expect(asked).toHaveLength(1_001);
  await reads.read('row 0', NOW - 10 * SECOND);
  expect(asked).toHaveLength(1_002);
});
