import { expect, it } from 'vitest';
import { replanned } from './model/replanned.ts';

it('a document stays small although its tasks are planned anew 1,000 times', () => {
  const document = replanned(1_000);
  expect(Object.values(document.assignments).filter(({ state }) => state === 'assigned')).toHaveLength(3);
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(150_000);
});
