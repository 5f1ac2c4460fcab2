import { expect, test } from 'vitest';
import { answerWithin, endedWithin, withTimeout } from '../src/timeout.ts';

const never = () => new Promise<never>(() => undefined);

test('what comes in time counts, whether it is a result or an error; what is late does not', async () => {
  expect(await withTimeout(60_000, Promise.resolve(1), () => 2)).toBe(1);
  await expect(withTimeout(60_000, Promise.reject(new Error('no')), () => 2)).rejects.toThrow('no');
  expect(await withTimeout(1, never(), () => 2)).toBe(2);
});

test('a call of the SDK that is not answered ends with the SDK’s own code for that', async () => {
  await expect(answerWithin(1, never())).rejects.toMatchObject({ code: 'ServiceTimeout' });
});

test('waits for work that ends, well or badly, and no longer than allowed for work that does not', async () => {
  const started = performance.now();
  await endedWithin(60_000, Promise.resolve());
  await endedWithin(60_000, Promise.reject(new Error()));
  await endedWithin(20, never());
  expect(performance.now() - started).toBeLessThan(10_000);
});
