import { describe, expect, it } from 'vitest';
import type { LedgerDocument } from '../../src/ledger/document.ts';
import { type Instance, MANNERS, put, remove, startInstance, USER } from './one-instance.ts';

/** What a refused message has touched may be noted as released. */
const assignedAndTold = ({ assignments, told }: LedgerDocument) => ({ assignments, told });

describe('messages of one user', () => {
  it('share one call when they wait together', async () => {
    const one = startInstance();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        one.submit([put(`r${index}`, index % 2 ? 'a' : 'b', 0.5, index + 1)], index + 1),
      ),
    );
    expect(one.calls).toEqual(['attach a,b']);
    expect(one.held()).toEqual({ a: 50, b: 50 });
    expect(results.every(({ kind, coalesced }) => kind === 'applied' && coalesced === 200)).toBe(true);
  });

  it('cost nothing when they say what is known already, or what is older', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 2)], 2);
    expect(await one.submit([put('r', 'a', 20, 2)], 3)).toMatchObject({ kind: 'unchanged', corCalls: 0 });
    expect(await one.submit([put('r', 'b', 10, 1)], 4)).toMatchObject({ kind: 'unchanged', corCalls: 0 });
    expect(one.calls).toEqual(['attach a']);
  });

  it('tell COR everything again when they were delivered before, even when they say nothing new', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 2)], 2);
    one.cor.attach(USER, [{ workspaceId: 'b', percentage: 10 }]);
    one.cor.detach(USER, ['a']);
    await one.submit([put('r', 'b', 10, 1)], 1, true);
    expect(one.held()).toEqual({ a: 20 });
  });

  it('are refused alone: the others that shared the call go on', async () => {
    for (const batch of ['atomic', 'partial'] as const) {
      const one = startInstance({ batch });
      const results = await Promise.all(
        ['a', 'b', 'unknown', 'c', 'd'].map((workspace, index) =>
          one.submit([put(`r${index}`, workspace, 10, 1)], index + 1),
        ),
      );
      expect(results.map(({ kind }) => kind)).toEqual([
        'applied',
        'applied',
        'refused',
        'applied',
        'applied',
      ]);
      expect(one.held()).toEqual({ a: 10, b: 10, c: 10, d: 10 });
    }
  });

  it('leave COR and the ledger as they were when they are refused', async () => {
    for (const batch of ['atomic', 'partial'] as const)
      for (const attach of ['additive', 'replacing'] as const) {
        const one = startInstance({ batch, attach });
        await one.submit([put('r', 'a', 20, 1)], 1);
        const before = await one.ledger.load(USER);
        // The row leaves a for a workspace that COR does not know: a is detached before the refusal comes.
        expect(await one.submit([put('r', 'unknown', 20, 2), put('s', 'b', 5, 1)], 2)).toMatchObject({
          kind: 'refused',
          failure: { class: 'unmapped' },
        });
        expect(one.held()).toEqual({ a: 20 });
        expect((await one.ledger.load(USER)).document).toMatchObject(assignedAndTold(before.document));
      }
  });
});

describe('another instance that saves in between', () => {
  it('makes the whole wanted state be told again, and the save be tried again', async () => {
    const one = startInstance();
    const other = startInstance({}, one);
    await one.submit([put('r', 'a', 10, 1)], 1);
    one.meanwhile = () => other.submit([put('r', 'a', 30, 3), put('s', 'b', 5, 1)], 3);
    expect(await one.submit([put('r', 'c', 20, 2)], 2)).toMatchObject({ kind: 'unchanged' });
    expect(one.held()).toEqual({ a: 30, b: 5 });
  });

  it.each(MANNERS)('and calls COR last, does not leave it behind: %s', async (_what, manners) => {
    const one = startInstance(manners);
    const other = startInstance({}, one);
    await one.submit([put('r', 'a', 10, 1), put('s', 'b', 10, 1)], 1);
    // Its own calls come after those of `one`, its save before.
    one.meanwhile = () => other.submit([remove('s', 2), put('r', 'a', 60, 2)], 2);
    expect(await one.submit([put('t', 'c', 20, 2)], 3)).toMatchObject({ kind: 'applied' });
    expect(one.held()).toEqual({ a: 60, c: 20 });
  });
});

describe('a COR that replaces', () => {
  it('is sent the whole set as soon as its reply shows it, and nothing is detached for that', async () => {
    const one = startInstance({ attach: 'replacing' });
    await one.submit([put('r', 'a', 20, 1)], 1);
    await one.submit([put('s', 'b', 30, 1)], 2);
    expect(one.calls).toEqual(['attach a', 'attach b', 'attach a,b']);
    expect(one.held()).toEqual({ a: 20, b: 30 });
  });
});

describe('a COR that shows something else than it was told', () => {
  /**
   * COR takes the next `count` attach calls for other numbers, as when another instance always comes last.
   */
  function outrun(one: Instance, count: number): void {
    const attachReally = one.cor.attach;
    let left = count;
    one.cor.attach = (user, shares) => {
      left -= 1;
      return attachReally(user, left < 0 ? shares : shares.map((share) => ({ ...share, percentage: 1 })));
    };
  }

  it('is told once more from the start before the message is given up, since another instance may be at work', async () => {
    const one = startInstance();
    outrun(one, 2);
    expect(await one.submit([put('r', 'a', 20, 1)], 1)).toMatchObject({ kind: 'applied' });
    expect(one.held()).toEqual({ a: 20 });
    expect(one.calls).toEqual(['attach a', 'detach a', 'attach a', 'attach a']);
  });

  it('is put back to what the ledger says when the message is given up', async () => {
    const one = startInstance();
    await one.submit([put('r', 'a', 20, 1), put('s', 'b', 5, 1)], 1);
    const before = await one.ledger.load(USER);
    outrun(one, 5);
    expect(await one.submit([put('r', 'a', 40, 2)], 2)).toMatchObject({
      kind: 'refused',
      failure: { class: 'didNotApply', code: 'CorDidNotApply' },
    });
    expect(one.held()).toEqual({ a: 20, b: 5 });
    expect((await one.ledger.load(USER)).document).toMatchObject(assignedAndTold(before.document));
  });
});
