import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/dataverse/faults.ts';
import { openDataverse } from './open-dataverse.ts';

describe('a fault', () => {
  const size = { prefer: 'odata.maxpagesize=2' };

  it.each<[string, Fault, number, string]>([
    ['a gateway', { status: 502, body: '<html>Bad Gateway</html>' }, 502, 'text/html'],
    ['maintenance', { status: 503, headers: { 'retry-after': '5' } }, 503, ''],
    [
      'a query that is throttled',
      { status: 429, body: '{"error":{"code":"0x80048544","message":"slow down"}}' },
      429,
      'application/json; odata.metadata=minimal',
    ],
    ['a page of another host', { status: 200, body: '<html>Sign in</html>' }, 200, 'text/html'],
  ])('like %s is met once', async (_what, fault, status, type) => {
    const { get, faults } = await openDataverse();
    faults.push(fault);
    const met = await get('WhoAmI');
    expect([met.status, met.headers.get('content-type') ?? '']).toEqual([status, type]);
    expect(met.text).toBe(fault.body ?? '');
    expect((await get('WhoAmI')).status).toBe(200);
  });

  it('can wait for the third page, and break it off in the middle', async () => {
    const { get, faults } = await openDataverse();
    faults.push({ on: 'bookableresources', skip: 2, how: 'cut' });
    const first = await get('bookableresources?$select=name', size);
    expect((await get('WhoAmI')).status).toBe(200);
    const second = await get(first.body['@odata.nextLink'], size);
    const third = String(second.body['@odata.nextLink']);
    await expect(get(third, size)).rejects.toThrow();
    expect((await get(third, size)).status).toBe(200);
  });

  it('can end the connection, and come late', async () => {
    const { get, faults } = await openDataverse();
    faults.push({ how: 'drop' });
    await expect(get('WhoAmI')).rejects.toThrow();
    faults.push({ how: 'slow', delayMs: 60 });
    const started = performance.now();
    expect((await get('WhoAmI')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(50);
  });

  it('can be that nothing is ever answered', async () => {
    const dataverse = await openDataverse();
    dataverse.faults.push({ how: 'hang' });
    const answer = fetch(`${dataverse.url}/api/data/v9.2/WhoAmI`, { signal: AbortSignal.timeout(100) });
    await expect(answer).rejects.toThrow(/timeout|aborted/i);
  });

  it('leaves time to change rows between two pages', async () => {
    const seen: string[] = [];
    const dataverse = await openDataverse({
      onRequest: async ({ path }) => {
        seen.push(path);
        if (path.includes('$skiptoken'))
          dataverse.create('bookableresource', { name: 'Late Comer', resourcetype: 1 });
      },
    });
    const first = await dataverse.get('bookableresources?$select=name', size);
    await dataverse.get(first.body['@odata.nextLink'], size);
    expect(seen).toHaveLength(2);
    expect(dataverse.rows('bookableresource').map(({ name }) => name)).toContain('Late Comer');
  });
});
