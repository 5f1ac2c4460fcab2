import { describe, expect, it } from 'vitest';
import type { CorSwitchInput } from '../../local/cor/switches.ts';
import { play, userOf } from './play.ts';

const PAGE = '<html><head><title>Service</title></head><body>…</body></html>';
const every = (status: number, body?: unknown): CorSwitchInput => ({
  failRate: { rate: 1, status, ...(body !== undefined && { body }) },
});

describe('an outage of COR that looks like a refusal gives no message up: all of them wait, and are applied once COR is back', () => {
  it.each<[string, CorSwitchInput]>([
    ['503, the control', every(503)],
    ['302', every(302, '')],
    ['400 with a page', every(400, PAGE)],
    ['403 with a page', every(403, PAGE)],
    ['404 with a page', every(404, PAGE)],
    ['404 with JSON of a gateway', every(404, { message: 'no Route matched with those values' })],
    [
      '404 of a route that COR does not have',
      every(404, { name: 'HttpException', message: 'E_ROUTE_NOT_FOUND: x' }),
    ],
    ['405 with a text', every(405, 'Method Not Allowed')],
    ['407', every(407, '')],
    ['409 without a code', every(409, { message: 'conflict' })],
    ['417 without a word', every(417, '')],
    ['423', every(423, 'Locked')],
    ['200 with a page', every(200, PAGE)],
    ['200 without a body', every(200, '')],
    ['200 with {}', every(200, {})],
    ['200 with a status that says it failed', every(200, { status: 'error', message: 'maintenance' })],
    ['a page in place of the token', { failRate: { rate: 1, status: 403, body: PAGE, on: 'token' } }],
    ['nothing in place of the token', { failRate: { rate: 1, status: 200, body: '', on: 'token' } }],
  ])(
    '%s',
    async (_what, switches) => {
      const { calls, deadLetters, done, lines } = await play({
        users: 200,
        switches,
        minutes: 40,
        onTime: (ms, set) => ms > 4 * 60_000 && set({ failRate: null }),
      });
      expect(deadLetters).toEqual([]);
      expect(done).toBe(200);
      // A handful until it is clear whose failure it is, a probe each minute, and one for each user at the end.
      expect(calls).toBeLessThan(200 + 40);
      expect(lines.filter(({ evt }) => evt === 'pause.started')).toHaveLength(1);
    },
    30_000,
  );

  it('while refusals with COR’s own codes never make the others wait: a first load with unknown users', async () => {
    const { deadLetters, done, lines, delays } = await play({ users: 300, unknown: 250 });
    expect(deadLetters).toHaveLength(250);
    expect(new Set(deadLetters.map(({ reason }) => reason))).toEqual(new Set(['CorEntityNotMapped']));
    expect(done).toBe(50);
    expect(delays).toEqual([]);
    expect(lines.filter(({ evt }) => evt === 'pause.started')).toEqual([]);
  }, 30_000);
});

describe('what one user alone meets keeps nobody else waiting', () => {
  it.each<[string, Omit<NonNullable<CorSwitchInput['failUser']>, 'user'>]>([
    ['403 of a firewall', { status: 403, body: PAGE }],
    ['401', { status: 401, body: { error: 401, message: 'Unauthorized' } }],
    ['500', { status: 500 }],
    ['503', { status: 503, body: 'busy' }],
    ['404 with a page', { status: 404, body: PAGE }],
    ['200 with {}', { status: 200, body: {} }],
  ])(
    '%s',
    async (_what, failure) => {
      const { deadLetters, done, lines, delays, calls } = await play({
        users: 100,
        switches: { failUser: { user: userOf(3), ...failure } },
      });
      expect(done).toBe(99);
      expect(deadLetters).toEqual([]);
      expect(lines.filter(({ evt }) => evt === 'pause.started')).toEqual([]);
      // All copies are of the one user: some ten within twenty minutes.
      expect(delays.length).toBeGreaterThan(3);
      expect(delays.length).toBeLessThan(20);
      expect(calls).toBeLessThan(99 + 45);
    },
    30_000,
  );
});
