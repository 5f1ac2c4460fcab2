import { expect, test } from 'vitest';
import { createDelivery, type Disposition } from '../../../local/host/delivery.ts';
import { receiveUpTo } from '../../receive-up-to.ts';
import { startQueue } from './queue.ts';

const DISPOSITIONS: ((n: number) => Disposition)[] = [
  () => ({ outcome: 'completed' }),
  (n) => ({ outcome: 'deadLettered', reason: `reason ${n}`, description: `description ${n}` }),
  (n) => ({ outcome: 'deadLettered', reason: `reason ${n}`, description: '' }),
  () => ({ outcome: 'deferred' }),
];

test.each([
  ['all in one tick', (settle: (() => Promise<void>)[]) => Promise.all(settle.map((start) => start()))],
  [
    'in pairs of one tick',
    async (settle: (() => Promise<void>)[]) => {
      for (let i = 0; i < settle.length; i += 2) await Promise.all([settle[i]?.(), settle[i + 1]?.()]);
    },
  ],
])('messages settled %s each get their own outcome', async (_, run) => {
  const total = 400;
  const queue = await startQueue();
  const receiver = queue.receiver();
  await queue.send(...Array.from({ length: total }, (__, n) => ({ body: n })));
  const messages = await receiveUpTo(receiver, total, 2_000);
  // Every order of neighbours occurs: the step is coprime to the four dispositions, the shift moves the pairs.
  const planned = (n: number) =>
    DISPOSITIONS[(n * 3 + Math.floor(n / 8)) % 4]?.(n) ?? { outcome: 'completed' };
  await run(
    messages.map((message) => {
      const delivery = createDelivery(receiver, message);
      return () => delivery.settle(planned(message.body));
    }),
  );

  const count = (outcome: string) => messages.filter(({ body }) => planned(body).outcome === outcome).length;
  expect(queue.counts()).toMatchObject({
    active: 0,
    locked: 0,
    completed: count('completed'),
    deferred: count('deferred'),
    deadLetter: count('deadLettered'),
  });
  for (const { body, deadLetterReason } of await queue.deadLetters(count('deadLettered'))) {
    expect(planned(body)).toMatchObject({ outcome: 'deadLettered', reason: deadLetterReason });
  }
});
