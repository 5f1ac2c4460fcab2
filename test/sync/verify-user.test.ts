import { describe, expect, it } from 'vitest';
import { verifyUser } from '../../src/sync/verify-user.ts';
import { put, remove, startInstance, USER } from './one-instance.ts';

describe('holding COR to the ledger', () => {
  it('makes no call for a user without a document', async () => {
    const one = startInstance();
    expect(await verifyUser(USER, one.options)).toEqual({
      kind: 'equal',
      corCalls: 0,
      unknown: [],
      differed: [],
    });
    expect(one.calls).toEqual([]);
  });

  it('mends what somebody changed in COR', async () => {
    const one = startInstance({ reattach: 'ignore' });
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1)], 1);
    one.cor.detach(USER, ['a', 'b']);
    one.cor.attach(USER, [{ workspaceId: 'b', percentage: 99 }]);
    expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'equal' });
    expect(one.held()).toEqual({ a: 20, b: 30 });
  });

  it('takes away what the user once had, when COR shows it', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1)], 1);
    await one.submit([remove('s', 2)], 2);
    one.cor.attach(USER, [{ workspaceId: 'b', percentage: 30 }]);
    expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'equal' });
    expect(one.held()).toEqual({ a: 20 });
  });

  it('says what COR will not take, or will not let go', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1)], 1);
    one.known.delete('b');
    one.cor.state.get(USER)?.delete('b');
    expect(await verifyUser(USER, one.options)).toMatchObject({
      kind: 'differs',
      failure: { class: 'unmapped' },
    });

    const two = startInstance();
    await two.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1)], 1);
    await two.submit([remove('s', 2)], 2);
    two.cor.attach(USER, [{ workspaceId: 'b', percentage: 30 }]);
    two.known.delete('b');
    expect(await verifyUser(USER, two.options)).toMatchObject({
      kind: 'differs',
      failure: { code: 'CorDidNotApply', description: expect.stringContaining('b') },
    });
  });

  it('does not put back what the connector changed at the same moment', async () => {
    const one = startInstance();
    const connector = startInstance({}, one);
    await one.submit([put('r', 'a', 20, 1)], 1);
    // The connector reads, calls and saves between this command's read and its call.
    const racing = {
      ...one.options.cor,
      attach: async (...args: Parameters<typeof one.options.cor.attach>) => {
        racing.attach = one.options.cor.attach;
        await connector.submit([put('r', 'a', 70, 2)], 2);
        return one.options.cor.attach(...args);
      },
    };
    expect(await verifyUser(USER, { ...one.options, cor: racing })).toMatchObject({ kind: 'equal' });
    expect(one.held()).toEqual({ a: 70 });
  });

  it('gives up when others save all the time', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1)], 1);
    const busy = { ...one.ledger, save: async () => ({ kind: 'conflict' }) as const };
    expect(await verifyUser(USER, { ...one.options, ledger: busy })).toMatchObject({
      kind: 'unavailable',
      failure: { service: 'storage', code: 'CONFLICTS' },
    });
  });
});
