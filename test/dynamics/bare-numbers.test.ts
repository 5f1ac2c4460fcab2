import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteBareNumbers } from '../../src/dynamics/bare-numbers.ts';

it('makes text of the words that .NET writes for numbers, and leaves texts alone', () => {
  const found = '{"a":NaN,"b":-INF,"c":[INF,-Infinity],"d":"NaN \\" INF","e\\\\":NaN}';
  expect(JSON.parse(quoteBareNumbers(found))).toEqual({
    a: 'NaN',
    b: '-INF',
    c: ['INF', '-Infinity'],
    d: 'NaN " INF',
    'e\\': 'NaN',
  });
});

it('changes no JSON', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(quoteBareNumbers(json)).toBe(json);
    }),
  );
});

it('takes time that grows with the length only', () => {
  for (const part of ['"', '\\"', 'a"b\\', 'NaN', '-', '"\\']) {
    const start = performance.now();
    quoteBareNumbers(`"${part.repeat(500_000)}`);
    // Some 0.1 s on an idle machine; squared growth would take hours.
    expect(performance.now() - start).toBeLessThan(10_000);
  }
});
