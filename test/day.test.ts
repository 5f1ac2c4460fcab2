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
