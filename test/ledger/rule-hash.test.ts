import { expect, it } from 'vitest';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { ruleHash } from '../../src/ledger/rule-hash.ts';

const hashOf = (rule: object) => ruleHash(percentageSchema.parse(rule));

it('tells rules apart by what they say', () => {
  const hashes = [
    {},
    { window: 'always' },
    { window: { weeks: 2 } },
    { timeZone: 'Europe/Madrid' },
    { keepAfter: 0 },
    { atLeast: 1 },
    { workingDays: ['monday', 'tuesday'] },
    { hoursPerDay: 7.5 },
    { holidays: ['2026-12-25'] },
    { decimals: 0 },
  ].map(hashOf);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{8}$/);
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('is the same however a rule is written down', () => {
  expect(hashOf({ decimals: 2, hoursPerDay: 8 })).toBe(hashOf({}));
  expect(hashOf({ holidays: ['2026-12-26', '2026-12-25', '2026-12-26'] })).toBe(
    hashOf({ holidays: ['2026-12-25', '2026-12-26'] }),
  );
  expect(hashOf({ workingDays: ['friday', 'monday'] })).toBe(hashOf({ workingDays: ['monday', 'friday'] }));
});
