import { expect, it } from 'vitest';
import { put, startInstance } from './one-instance.ts';

it.each(['ignore', 'update', 'refuse'] as const)(
  'what shrinks makes room for what grows, in a COR that takes 100 % in all and meets a re-attach with "%s"',
  async (reattach) => {
    const one = startInstance({ reattach, sums: 'atMost100' });
    await one.submit([put('r1', 'a', 100, 1)], 1);
    const result = await one.submit([put('r1', 'a', 90, 2), put('r2', 'b', 10, 2)], 2);
    expect(result.kind).toBe('applied');
    expect(one.held()).toEqual({ a: 90, b: 10 });
  },
);
