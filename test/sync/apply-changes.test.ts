import { describe, expect, it } from 'vitest';
import { emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import type { CorManners } from './model/model-cor.ts';
import { type Instance, put, remove, startInstance, USER } from './one-instance.ts';

const MANNERS: readonly [string, Partial<CorManners>][] = (['additive', 'replacing'] as const).flatMap(
  (attach) =>
    (['update', 'ignore', 'refuse'] as const).map((reattach): [string, Partial<CorManners>] => [
      `attach ${attach}, re-attach ${reattach}`,
      { attach, reattach },
    ]),
);

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

describe('a workspace that COR has lost', () => {
  const cases = MANNERS.flatMap(([what, manners]) =>
    (['atomic', 'partial', 'partialSuccess'] as const).flatMap((batch) =>
      [false, true].map((conflict) => ({ what, manners: { ...manners, batch }, batch, conflict })),
    ),
  );

  it.each(cases)(
    'does not hold up messages about others: $what, batch $batch, conflict: $conflict',
    async ({ manners, conflict }) => {
      const one = startInstance(manners);
      const other = startInstance({}, one);
      await one.submit([put('r1', 'a', 10, 1), put('r2', 'b', 20, 1), put('r3', 'c', 30, 1)], 1);
      one.known.delete('b');
      one.cor.state.get(USER)?.delete('b');
      if (conflict) one.meanwhile = () => other.submit([put('r3', 'c', 35, 2)], 3);
      expect(await one.submit([put('r4', 'd', 5, 2)], 2, true)).toMatchObject({ kind: 'applied' });
      expect(one.held()).toEqual({ a: 10, c: conflict ? 35 : 30, d: 5 });
      expect(
        one.lines.filter(({ evt }) => evt === 'cor.drift').map(({ workspaceId }) => workspaceId),
      ).toContain('b');
    },
  );

  it('is found by halving; where COR replaces, the others are then sent together, and none is detached for that', async () => {
    const one = startInstance({ attach: 'replacing' });
    await one.submit([put('r1', 'a', 10, 1), put('r2', 'b', 20, 1), put('r3', 'c', 30, 1)], 1);
    one.known.delete('b');
    one.cor.state.get(USER)?.delete('b');
    one.calls.length = 0;
    await one.submit([put('r1', 'a', 15, 2)], 2, true);
    expect(one.calls).toEqual([
      'attach a,b,c',
      'attach a,b',
      'attach a',
      'attach b',
      'attach c',
      'attach a,c',
    ]);
    expect(one.held()).toEqual({ a: 15, c: 30 });
  });

  /** A user with five hundred workspaces, of which COR forgets some. */
  async function manyWorkspaces(manners: Parameters<typeof startInstance>[0], forgotten: readonly number[]) {
    const one = startInstance(manners);
    const ids = Array.from({ length: 500 }, (_, number) => `w${number}`);
    for (const id of ids) one.known.add(id);
    await one.submit(
      ids.map((id) => put(`r-${id}`, id, 0.1, 1)),
      1,
    );
    for (const number of forgotten) {
      one.known.delete(`w${number}`);
      one.cor.state.get(USER)?.delete(`w${number}`);
    }
    one.calls.length = 0;
    return one;
  }

  it.each([
    { attach: 'additive', batch: 'atomic' },
    { attach: 'replacing', batch: 'atomic' },
    { attach: 'additive', batch: 'partialSuccess' },
  ] as const)('costs some twenty calls among five hundred, not five hundred: %j', async (manners) => {
    const one = await manyWorkspaces(manners, [217]);
    const redelivered = await one.submit([put('r-w0', 'w0', 0.2, 2)], 2, true);
    expect(redelivered).toMatchObject({ kind: 'applied' });
    expect(one.calls.length).toBeLessThan(25);
    expect(Object.keys(one.held())).toHaveLength(499);
  });

  it('has a budget: what would take more than sixty calls is tried again later', async () => {
    const one = await manyWorkspaces(
      {},
      Array.from({ length: 50 }, (_, number) => number * 10 + 3),
    );
    const spent = await one.submit([put('r-w0', 'w0', 0.2, 2)], 2, true);
    expect(spent).toMatchObject({
      kind: 'unavailable',
      corCalls: 60,
      failure: { class: 'transient', code: 'BUDGET_SPENT' },
    });
    expect(one.calls).toHaveLength(60);
  });

  it.each(['additive', 'replacing'] as const)(
    'is not taken for the fault of a message that another instance outran: attach %s',
    async (attach) => {
      const one = startInstance({ attach, batch: 'partialSuccess' });
      await one.submit([put('r1', 'a', 10, 1), put('r2', 'b', 20, 1)], 1);
      one.known.delete('b');
      one.cor.state.get(USER)?.delete('b');
      // COR answers 200 with an error about b; that a is not as it should be has another cause, which is gone
      // the next time.
      const attachReally = one.cor.attach;
      one.cor.attach = (user, shares) => {
        one.cor.attach = attachReally;
        return attachReally(
          user,
          shares.map((share) => ({ ...share, percentage: 1 })),
        );
      };
      expect(await one.submit([put('r1', 'a', 30, 2)], 2, true)).toMatchObject({ kind: 'applied' });
      expect(one.held()).toEqual({ a: 30 });
    },
  );

  it.each(MANNERS)('does not keep a refusal from being undone: %s', async (_what, manners) => {
    const one = startInstance(manners);
    await one.submit([put('r1', 'a', 10, 1), put('r2', 'b', 20, 1), put('r3', 'c', 30, 1)], 1);
    one.known.delete('b');
    one.cor.state.get(USER)?.delete('b');
    expect(await one.submit([put('r1', 'unknown', 5, 2)], 2, true)).toMatchObject({ kind: 'refused' });
    expect(one.held()).toEqual({ a: 10, c: 30 });
  });
});

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
