import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { verifyUser } from '../../src/sync/verify-user.ts';
import { put, remove, startInstance, USER } from './one-instance.ts';

/** A stall: what others do between the load of one instance and its call. */
function stallBeforeCall(one: ReturnType<typeof startInstance>, others: () => Promise<unknown>): void {
  const attachReally = one.options.cor.attach;
  const cor = one.options.cor as { attach: typeof attachReally };
  cor.attach = async (...call) => {
    cor.attach = attachReally;
    await others();
    return attachReally(...call);
  };
}

describe('a process that lost its lock', () => {
  it('and attaches a workspace after its message was handled elsewhere, then dies, leaves nothing that stays', async () => {
    const a = startInstance();
    const b = startInstance({}, a);
    const m1 = [put('r', 'a', 20, 1)];
    stallBeforeCall(a, async () => {
      await b.submit([put('r', 'b', 20, 2)], 2);
      await b.submit(m1, 1, true);
      a.meanwhile = () => Promise.reject(new Error('The process is dead.'));
    });
    expect(await a.submit(m1, 1)).toMatchObject({ kind: 'unavailable' });
    expect(a.held()).toEqual({ a: 20, b: 20 });
    expect((await b.ledger.load(USER)).document.released).toHaveProperty('a');
    await b.submit([put('s', 'c', 5, 3)], 3);
    expect(a.held()).toEqual({ b: 20, c: 5 });
  });

  it('is also mended by verify', async () => {
    const one = startInstance();
    await one.submit([put('r', 'b', 20, 2)], 2);
    await one.submit([put('r', 'a', 20, 1)], 1, true);
    one.cor.attach(USER, [{ workspaceId: 'a', percentage: 20 }]);
    expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'equal', unknown: [] });
    expect(one.held()).toEqual({ b: 20 });
  });

  it('that stood still before its call asks the ledger once more, and says nothing that is old', async () => {
    let now = 0;
    const a = startInstance({ now: () => now });
    const b = startInstance({}, a);
    const slot = a.options.slots.run;
    (a.options.slots as { run: typeof slot }).run = async (work) => {
      await b.submit([put('r', 'b', 20, 2)], 2);
      now += 1_001;
      return slot(work);
    };
    expect(await a.submit([put('r', 'a', 20, 1)], 1)).toMatchObject({ kind: 'unchanged', corCalls: 0 });
    expect(a.calls).toEqual([]);
    expect(a.held()).toEqual({ b: 20 });
  });

  it('is not suspected when a message comes for the first time: an old one notes nothing and saves nothing', async () => {
    const one = startInstance();
    await one.submit([put('r', 'b', 20, 2)], 2);
    const { etag } = await one.ledger.load(USER);
    await one.submit([put('r', 'a', 20, 1)], 1);
    expect(await one.ledger.load(USER)).toMatchObject({ etag, document: { released: {} } });
  });
});

describe('what the ledger notes as released', () => {
  it('is left out as soon as the user has it again', async () => {
    const one = startInstance();
    await one.submit([put('r', 'b', 20, 2)], 2);
    await one.submit([put('r', 'a', 20, 1)], 1, true);
    await one.submit([put('s', 'a', 5, 3)], 3);
    expect((await one.ledger.load(USER)).document.released).toEqual({});
    expect(one.held()).toEqual({ a: 5, b: 20 });
  });

  it('includes what COR would not let go', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 20, 1)], 1);
    await one.submit([remove('s', 2)], 2);
    one.cor.attach(USER, [{ workspaceId: 'b', percentage: 20 }]);
    one.known.delete('b');
    await one.submit([put('r', 'a', 30, 3)], 3);
    expect((await one.ledger.load(USER)).document.released).toHaveProperty('b');
  });
});

describe('a COR whose percentages add up to 100 at most', () => {
  it('takes what it refused as soon as the message that makes room is applied', async () => {
    const one = startInstance({ sums: 'atMost100' });
    await one.submit([put('r', 'a', 60, 1), put('s', 'b', 10, 1)], 1);
    const late = [put('s', 'b', 80, 3)];
    expect(await one.submit(late, 3)).toMatchObject({ kind: 'refused', failure: { class: 'validation' } });
    expect(one.held()).toEqual({ a: 60, b: 10 });
    await one.submit([put('r', 'a', 10, 2)], 2);
    expect(await one.submit(late, 3, true)).toMatchObject({ kind: 'applied' });
    expect(one.held()).toEqual({ a: 10, b: 80 });
  });
});

describe('a document that does not say what COR was told', () => {
  it('is asserted whole by the next message', async () => {
    let now = 0;
    const one = startInstance({ now: () => now });
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 20, 1)], 1);
    // Not what the process itself has just saved: another one's.
    now += 1_001;
    const { document, etag } = await one.ledger.load(USER);
    const { told: _, asOf: __, nextChange: ___, ...first } = document;
    await one.ledger.save(first, etag);
    one.calls.length = 0;
    await one.submit([put('s', 'b', 30, 2)], 2);
    expect(one.calls).toEqual(['attach a,b']);
    expect((await one.ledger.load(USER)).document).toMatchObject({ told: { a: 20, b: 30 } });
  });

  it('says so from the first save on', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1)], 1);
    const { document } = await one.ledger.load(USER);
    expect(document).toMatchObject({ told: { a: 20 }, asOf: '2026-03-04', nextChange: 'never' });
    expect((await createMemoryLedger().load(USER)).document.told).toEqual({});
  });
});
