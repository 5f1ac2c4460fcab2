import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createCallSlots } from '../../src/cor/call-slots.ts';

/** Pieces of work that note when they begin and end when they are told to. */
function pieces(count: number) {
  const began: number[] = [];
  const all = Array.from({ length: count }, (_, index) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const work = () => {
      began.push(index);
      return promise;
    };
    return { work, end: resolve, fail: () => reject(new Error('failed')) };
  });
  return { began, all };
}

it('runs as much as there are slots, in order, and takes a slot back from what fails, too', async () => {
  const slots = createCallSlots(2);
  const { began, all } = pieces(4);
  const ended = Promise.allSettled(all.map(({ work }) => slots.run(work)));
  await turn();
  expect(began).toEqual([0, 1]);
  all[1]?.fail();
  await turn();
  expect(began).toEqual([0, 1, 2]);
  expect(slots.inUse).toBe(2);
  for (const { end } of all) end();
  expect((await ended).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(slots.inUse).toBe(0);
});

it('lets one more be prepared for each call that is under way, and no others', async () => {
  const slots = createCallSlots(2);
  const reads = pieces(6);
  const calls = pieces(6);
  const ended = Promise.all(
    reads.all.map(({ work }, index) =>
      slots.approach(async () => {
        await work();
        await slots.run(async () => calls.all[index]?.work());
      }),
    ),
  );
  for (const { end } of reads.all) end();
  await turn();
  expect([reads.began, calls.began]).toEqual([
    [0, 1, 2, 3],
    [0, 1],
  ]);
  calls.all[0]?.end();
  await turn();
  expect([reads.began, calls.began]).toEqual([
    [0, 1, 2, 3, 4],
    [0, 1, 2],
  ]);
  for (const { end } of calls.all) end();
  await ended;
});
