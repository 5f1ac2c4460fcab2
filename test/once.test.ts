import { describe, expect, it } from 'vitest';
import { Once } from '../src/once.ts';

describe('what is got once', () => {
  it('is asked for once, however many wait', async () => {
    let asked = 0;
    const once = new Once(async () => {
      asked += 1;
      return asked;
    });
    expect(await once.current()).toBeUndefined();
    expect(await Promise.all([once.get(), once.get(), once.current()])).toEqual([1, 1, 1]);
    expect(await once.get()).toBe(1);
  });

  it('is asked for again after a failure, also one that is thrown at once', async () => {
    const answers = [
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(new Error('later')),
      async () => 'there',
    ];
    const once = new Once(() => (answers.shift() ?? (() => Promise.reject(new Error('too often'))))());
    await expect(once.get()).rejects.toThrow('at once');
    const both = [once.get(), once.get()];
    expect(await once.current()).toBeUndefined();
    for (const one of both) await expect(one).rejects.toThrow('later');
    expect(await once.get()).toBe('there');
  });
});
