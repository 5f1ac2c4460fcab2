import { describe, expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { put, startInstance, USER } from './one-instance.ts';

describe('a ledger document that cannot be read', () => {
  it('stops the messages of its own user, to be tried later, and says in the log which message met it and what to do', async () => {
    const one = startInstance();
    const newer = { schema: 3, user: USER, assignments: {}, released: {} } as unknown as LedgerDocument;
    await one.ledger.save(newer, undefined);
    const [stopped, other] = await Promise.all([
      one.submit([put('r', 'a', 20, 1)], 1),
      one.submit([{ ...put('r', 'a', 20, 1), user: 'v' }], 2),
    ]);
    expect(other).toMatchObject({ kind: 'applied' });
    expect(stopped).toMatchObject({
      kind: 'unavailable',
      corCalls: 0,
      failure: { service: 'storage', class: 'transient', code: 'LedgerUnreadable' },
    });
    // A user's external id may be an e-mail address: the blob's name must not get out of the storage account
    // by way of texts.
    expect(stopped).toMatchObject({
      failure: {
        description: expect.stringMatching(
          /^The ledger document of this user has schema 3, .*\.\/connector ledger list/,
        ),
      },
    });
    expect(one.lines).toEqual([
      {
        evt: 'ledger.unreadable',
        correlationId: 'c1',
        errorCode: 'LedgerUnreadable',
        reason: expect.stringMatching(/^has schema 3, .*\.\/connector ledger list/),
      },
    ]);
    expect(one.calls).toEqual(['attach a']);
  });

  it('lets its user go on once it is mended', async () => {
    const one = startInstance();
    const newer = { schema: 3, user: USER, assignments: {}, released: {} } as unknown as LedgerDocument;
    await one.ledger.save(newer, undefined);
    await one.submit([put('r', 'a', 20, 1)], 1);
    await one.ledger.save(emptyDocument(USER), '"1"');
    expect(await one.submit([put('r', 'a', 20, 1)], 1, true)).toMatchObject({ kind: 'applied' });
    expect(one.held()).toEqual({ a: 20 });
  });
});

describe('a ledger that cannot be reached', () => {
  it('has nothing told to COR when it cannot be read', async () => {
    const one = startInstance();
    one.ledger.load = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    expect(await one.submit([put('r', 'a', 20, 1)], 1)).toMatchObject({
      kind: 'unavailable',
      corCalls: 0,
      failure: { code: 'ECONNREFUSED' },
    });
    expect(one.calls).toEqual([]);
  });

  it('puts the messages off, before and after COR was told', async () => {
    const one = startInstance();
    const down = Object.assign(new Error('https://account.blob.core.windows.net/ sig=secret'), {
      code: 'ServerBusy',
      statusCode: 503,
    });
    one.meanwhile = () => Promise.reject(down);
    const result = await one.submit([put('r', 'a', 20, 1)], 1);
    expect(result).toMatchObject({
      kind: 'unavailable',
      corCalls: 1,
      failure: { service: 'storage', class: 'transient', code: 'ServerBusy', status: 503 },
    });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(await one.submit([put('r', 'a', 20, 1)], 1, true)).toMatchObject({ kind: 'applied' });
  });
});
