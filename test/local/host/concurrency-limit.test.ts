import { expect, test } from 'vitest';
import { createConcurrencyLimit } from '../../../local/host/concurrency-limit.ts';

test('runs at most so many at a time, in order, and goes on after a failure', async () => {
  const limit = createConcurrencyLimit(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 30 }, (_, n) =>
      limit.run(async () => {
        order.push(n);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (n % 5 === 0) throw new Error(String(n));
      }),
    ),
  );
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(6);
});
