import { describe, expect, it } from 'vitest';
import { readCorError } from '../../src/cor/error-body.ts';

describe('an error body', () => {
  it("takes a person's name for no code", () => {
    expect(readCorError({ name: 'Ada', message: 'no' }).codes).toEqual([]);
  });

  it('may nest without bounds', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(readCorError(JSON.parse(deep))).toMatchObject({ codes: [], message: '', fields: [] });
  });

  it('may be long: reading it takes linear time', () => {
    for (const text of [
      'a'.repeat(1_000_000),
      '<title'.repeat(150_000),
      ' '.repeat(1_000_000),
      'x validation failed on '.repeat(40_000),
    ]) {
      const start = performance.now();
      readCorError(text);
      readCorError({ message: text });
      expect(performance.now() - start).toBeLessThan(1_000);
    }
  });
});
