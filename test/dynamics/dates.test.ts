import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utcDay } from '../../src/day.ts';
import { readIsoDate, readJsonDate } from '../../src/dynamics/dates.ts';

describe('/Date(ms)/', () => {
  it('is UTC, whatever offset is written behind it', () => {
    expect(readJsonDate('/Date(1506384247000)/')).toEqual({ ms: 1_506_384_247_000 });
    expect(readJsonDate('/Date(1506384247000-0700)/')).toEqual({ ms: 1_506_384_247_000, offset: '-0700' });
  });

  it('goes from the year 1 to the year 9999', () => {
    expect(utcDay(readJsonDate('/Date(-62135596800000)/')?.ms ?? 0)).toBe('0001-01-01');
    expect(utcDay(readJsonDate('/Date(253402300799999)/')?.ms ?? 0)).toBe('9999-12-31');
    expect(readJsonDate('/Date(253402300800000)/')).toBeUndefined();
    expect(readJsonDate('/Date(-62135596800001)/')).toBeUndefined();
  });

  for (const text of [
    '',
    '/Date()/',
    '/Date(1.5)/',
    '/Date(1)',
    'Date(1)',
    '/Date(1+02)/',
    '/Date(1e3)/',
    '/Date(9999999999999999)/',
  ])
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(readJsonDate(text)).toBeUndefined();
    });
});

describe('ISO dates', () => {
  const cases: [string, string][] = [
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
    ['2026-03-02T08:30', '2026-03-02T08:30:00.000Z'],
    ['2026-03-02T08:30:15', '2026-03-02T08:30:15.000Z'],
    ['2026-03-02 08:30:15Z', '2026-03-02T08:30:15.000Z'],
    ['2026-03-02T08:30:15.5Z', '2026-03-02T08:30:15.500Z'],
    ['2026-03-02T08:30:15.3440655Z', '2026-03-02T08:30:15.344Z'],
    ['2026-03-02T00:30:00+02:00', '2026-03-01T22:30:00.000Z'],
    ['2026-03-02T23:30:00-0130', '2026-03-03T01:00:00.000Z'],
    ['2026-03-02T00:30:00+14:00', '2026-03-01T10:30:00.000Z'],
    ['2026-03-02T00:30:00-14:00', '2026-03-02T14:30:00.000Z'],
    ['0001-01-01T14:00:00+14:00', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T22:59:59-01:00', '9999-12-31T23:59:59.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ];
  for (const [text, utc] of cases)
    it(`reads ${text}`, () => {
      expect(new Date(readIsoDate(text) ?? Number.NaN).toISOString()).toBe(utc);
    });

  for (const text of [
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-03-02T24:00:00',
    '2026-03-02T10:60',
    '2026-3-2',
    '02.03.2026',
    '2026-03-02T08',
    '0000-12-31',
    '0001-01-01T00:30:00+01:00',
    '9999-12-31T23:30:00-01:00',
    '2026-03-02T00:30:00+14:01',
    '2026-03-02T00:30:00-99:99',
    '2026-03-02T00:30:00+01:60',
    'tomorrow',
    '',
  ])
    it(`does not read ${JSON.stringify(text)}`, () => {
      expect(readIsoDate(text)).toBeUndefined();
    });

  it('reads back every time that a Date writes', () => {
    const times = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(times, (time) => {
        expect(readIsoDate(time.toISOString())).toBe(time.getTime());
        expect(readJsonDate(`/Date(${time.getTime()})/`)?.ms).toBe(time.getTime());
        expect(utcDay(time.getTime())).toBe(time.toISOString().slice(0, 10));
      }),
    );
  });
});
