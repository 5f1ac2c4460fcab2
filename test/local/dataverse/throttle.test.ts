import { describe, expect, it } from 'vitest';
import { openDataverse } from './open-dataverse.ts';

describe('too much', () => {
  it('of requests in a window is answered 429, with the time until there is room', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { get } = await openDataverse({
      now: () => now,
      switches: { throttle: { limit: 'requests', most: 3, windowMs: 60_000 } },
    });
    for (let i = 0; i < 3; i += 1) {
      expect((await get('WhoAmI')).status).toBe(200);
      now += 10_000;
    }
    const refused = await get('WhoAmI');
    expect(refused).toMatchObject({ status: 429, body: { error: { code: '0x80072322' } } });
    expect(refused.headers.get('retry-after')).toBe('30');
    now += 29_000;
    expect((await get('WhoAmI')).status).toBe(429);
    now += 2_000;
    expect((await get('WhoAmI')).status).toBe(200);
    // Only one has left the window.
    expect((await get('WhoAmI')).status).toBe(429);
  });

  it('of work is answered 429', async () => {
    let now = 0;
    const { get } = await openDataverse({
      now: () => {
        now += 400;
        return now;
      },
      switches: { throttle: { limit: 'executionTime', most: 500, windowMs: 60_000 } },
    });
    expect((await get('WhoAmI')).status).toBe(200);
    expect((await get('WhoAmI')).status).toBe(200);
    expect(await get('WhoAmI')).toMatchObject({ status: 429, body: { error: { code: '0x80072321' } } });
  });

  it('at one time is answered 429', async () => {
    const { get, set } = await openDataverse({
      switches: { throttle: { limit: 'concurrent', most: 0, retryAfter: '7' } },
    });
    const refused = await get('WhoAmI');
    expect(refused).toMatchObject({ status: 429, body: { error: { code: '0x80072326' } } });
    expect(refused.headers.get('retry-after')).toBe('7');
    set({ throttle: { limit: 'concurrent', most: 0, retryAfter: 'none' } });
    expect((await get('WhoAmI')).headers.get('retry-after')).toBeNull();
    set({ throttle: { limit: 'concurrent', most: 2 }, latencyMs: 200 });
    const together = await Promise.all(['WhoAmI', 'WhoAmI', 'WhoAmI'].map((path) => get(path)));
    expect(together.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
    expect((await get('WhoAmI')).status).toBe(200);
    set({ throttle: null });
    expect((await get('WhoAmI')).status).toBe(200);
  });
});
