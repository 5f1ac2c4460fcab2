import { describe, expect, it } from 'vitest';
import { dayNumber, dayText, zonedDay } from '../src/day.ts';

describe('the day of a time', () => {
  it.each([
    ['2026-03-29T00:30:00Z', 'Europe/Madrid', '2026-03-29'],
    ['2026-03-29T21:59:59Z', 'Europe/Madrid', '2026-03-29'],
    // The clocks went forward that night: midnight comes an hour earlier.
    ['2026-03-29T22:00:00Z', 'Europe/Madrid', '2026-03-30'],
    ['2026-10-25T22:59:59Z', 'Europe/Madrid', '2026-10-25'],
    ['2026-10-25T23:00:00Z', 'Europe/Madrid', '2026-10-26'],
    ['2026-03-08T07:59:59Z', 'America/Los_Angeles', '2026-03-07'],
    ['2026-03-09T06:59:59Z', 'America/Los_Angeles', '2026-03-08'],
    ['2026-04-04T13:00:00Z', 'Australia/Sydney', '2026-04-05'],
    ['2026-04-05T14:00:00Z', 'Australia/Sydney', '2026-04-06'],
    ['2026-01-01T18:15:00Z', 'Asia/Kathmandu', '2026-01-02'],
    ['2026-01-01T18:14:59Z', 'Asia/Kathmandu', '2026-01-01'],
    ['2026-01-01T10:00:00Z', 'Pacific/Kiritimati', '2026-01-02'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01'],
    ['0050-06-01T12:00:00Z', 'Europe/Madrid', '0050-06-01'],
    ['0001-01-01T00:00:00Z', 'UTC', '0001-01-01'],
    ['0001-01-01T00:00:00Z', 'America/Los_Angeles', undefined],
    ['9999-12-31T23:00:00Z', 'UTC', '9999-12-31'],
    ['9999-12-31T23:00:00Z', 'Australia/Sydney', undefined],
  ])('%s in %s is %s', (time, zone, day) => {
    expect(zonedDay(Date.parse(time), zone)).toBe(day);
    expect(zonedDay(Date.parse(time), zone), 'remembered').toBe(day);
  });

  it('is right for more times than are remembered', () => {
    for (let hour = 0; hour < 10_000; hour += 1)
      expect(zonedDay(hour * 3_600_000, 'Etc/GMT-3')).toBe(dayText(Math.floor((hour + 3) / 24)));
  });
});

it('a day as a number goes back to itself, from the year 1 to 9999', () => {
  for (const day of ['0001-01-01', '0099-12-31', '1969-12-31', '1970-01-01', '2028-02-29', '9999-12-31'])
    expect(dayText(dayNumber(day))).toBe(day);
  expect(dayText(dayNumber('0001-01-01') - 1)).toBeUndefined();
  expect(dayText(dayNumber('9999-12-31') + 1)).toBeUndefined();
  expect(dayText(Infinity)).toBeUndefined();
});

describe('the midnight of a writer, kept as UTC,', () => {
  /** The time at which a day begins in a zone, found by asking `Intl` for the wall clock at every quarter of an hour that it may be. */
  function midnight(day: string, timeZone: string): number {
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    for (let quarters = -56; quarters <= 56; quarters += 1) {
      const ms = Date.parse(day) + quarters * 900_000;
      if (clock.format(ms) === `${day} 00:00:00`) return ms;
    }
    throw new Error(`${day} has no midnight in ${timeZone}`);
  }

  it.each([
    'Europe/Madrid',
    'America/Los_Angeles',
    'Australia/Sydney',
    'Asia/Kolkata',
    'Pacific/Auckland',
    'UTC',
  ])(
    'is the day that was meant, also in the weeks in which the clocks change and the year ends: %s',
    (timeZone) => {
      for (const first of [
        '2026-03-06',
        '2026-03-27',
        '2026-04-03',
        '2026-09-25',
        '2026-10-23',
        '2026-10-30',
        '2026-12-30',
      ])
        for (let add = 0; add < 5; add += 1) {
          const day = dayText(dayNumber(first) + add) ?? '';
          const begins = midnight(day, timeZone);
          expect(zonedDay(begins, timeZone)).toBe(day);
          expect(zonedDay(begins - 1, timeZone)).not.toBe(day);
          expect(zonedDay(begins + 17 * 3_600_000, timeZone)).toBe(day);
        }
    },
  );
});
