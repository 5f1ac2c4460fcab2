import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';

const DOTNET_STRING = '@\u0006string\u0008\u0033http://schemas.microsoft.com/2003/10/Serialization/';

describe('the time it takes', () => {
  const MEGABYTE = 1024 * 1024;
  const opening =
    '{"MessageName":"Update","PrimaryEntityName":"msdyn_projectteam","PrimaryEntityId":"d5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01","InputParameters":[{"key":"Target","value":';
  const garbage: [string, string][] = [
    ['brackets that are never closed', '['.repeat(MEGABYTE)],
    ['brackets that are closed', '['.repeat(MEGABYTE / 2) + ']'.repeat(MEGABYTE / 2)],
    ['objects that are never closed', '{"a":'.repeat(MEGABYTE / 5)],
    ['lists of objects', '[{"a":'.repeat(MEGABYTE / 6)],
    ['brackets deep in a Target', opening + '['.repeat(MEGABYTE / 2) + ']'.repeat(MEGABYTE / 2)],
    ['a JSON string of brackets', JSON.stringify('['.repeat(MEGABYTE))],
    ['a JSON string of quotes', JSON.stringify(JSON.stringify('"'.repeat(MEGABYTE / 8)))],
    ['an endless string', `"${'\\"'.repeat(MEGABYTE / 2)}`],
    ['white space', ' '.repeat(MEGABYTE)],
    ['a .NET string of braces', DOTNET_STRING + '{'.repeat(MEGABYTE)],
  ];

  /** The best of some tries, in milliseconds: what other processes do does not count. */
  function timeOf(body: Uint8Array): number {
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      decode(body, {});
      return performance.now() - started;
    });
    return Math.min(...times);
  }

  for (const [what, text] of garbage)
    it(`is short for a megabyte of ${what}`, () => {
      const body = Buffer.from(text);
      expect(decode(body, {}).outcome).toBe('deadLetter');
      // V8's parser alone needs 70 ms for a megabyte of brackets.
      expect(timeOf(body)).toBeLessThan(50);
    });

  const attribute = '{"key":"a","value":{"__type":"EntityReference:x","Id":"x"}},';
  const growing: [string, (size: number) => Buffer][] = [
    ['a long string', (size) => Buffer.from(`"${'x'.repeat(size)}`)],
    ['escaped quotes', (size) => Buffer.from(`"${'\\"'.repeat(size / 2)}"`)],
    [
      'a .NET string of empty records',
      (size) => Buffer.from(`${DOTNET_STRING}${'\x98\x00'.repeat(size / 2)}`, 'latin1'),
    ],
    [
      'attributes',
      (size) => Buffer.from(`{"MessageName":"Update","InputParameters":[${attribute.repeat(size / 64)}0]}`),
    ],
  ];
  // Tried again, because a machine that others use slows the larger one more.
  for (const [what, bodyOf] of growing)
    it(`grows with the size only, for ${what}`, { retry: 3 }, () => {
      const small = timeOf(bodyOf(256 * 1024));
      const large = timeOf(bodyOf(2 * MEGABYTE));
      // Eight times the size, 20 times the time where it no longer fits the processor's caches; squared growth would be 64 and more.
      expect(large).toBeLessThan(40 * Math.max(small, 0.2));
    });
});
