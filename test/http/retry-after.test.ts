import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/http/retry-after.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['5', 5_000],
    [' 120 ', 120_000],
    ['99999999999999999999', 7 * DAY],
    ['299.997', 300_000],
    ['1.5', 2_000],
    ['30, 30', 30_000],
    ['30, 60', 60_000],
    ['2026-03-10T12:00:30Z', 30_000],
    ['2026-03-10T12:00:30.500', 30_500],
    ['2026-03-10 14:00:30+02:00', 30_000],
    ['Tue, 10 Mar 2026 12:00:30 GMT', 30_000],
    ['Tue, 10 Mar 2026 11:59:00 GMT', 0],
    ['Wed, 10 Mar 2027 12:00:00 GMT', 7 * DAY],
    ['Tuesday, 10-Mar-26 12:01:00 GMT', 60_000],
    ['Tue Mar 10 12:02:00 2026', 120_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
  ])('%s is %i ms', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '-5',
    '1.5.2',
    '1,',
    '5s',
    '0x10',
    'soon',
    'Tue, 31 Feb 2026 12:00:00 GMT',
    'Mon, 10 Mar 2026 12:00:30 GMT',
    'Tue, 10 Mar 2026 25:00:00 GMT',
    'Tue, 10 Mar 2026 12:00:30 CET',
    '2026-02-31T12:00:30Z',
    '2026-03-10',
    '1773144030000 GMT',
  ])('%j is ignored', (header) => {
    expect(parseRetryAfter(header, NOW)).toBeUndefined();
  });

  it('counts the first when it is sent twice, and is nothing when absent', () => {
    expect(parseRetryAfter(['3', '9'], NOW)).toBe(3_000);
    expect(parseRetryAfter(undefined, NOW)).toBeUndefined();
  });

  it('is never negative, never beyond a week, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (header) => {
          const wait = parseRetryAfter(header, NOW);
          if (wait !== undefined) expect(wait).toSatisfy((ms: number) => ms >= 0 && ms <= 7 * DAY);
        },
      ),
    );
  });
});
