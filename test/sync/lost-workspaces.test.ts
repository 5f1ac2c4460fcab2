import { describe, expect, it } from 'vitest';
import { MANNERS, put, startInstance, USER } from './one-instance.ts';

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
