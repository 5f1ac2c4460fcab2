import { describe, expect, it } from 'vitest';
import { verifyUser } from '../../src/sync/verify-user.ts';
import type { CorManners } from './model/model-cor.ts';
import { put, startInstance, USER } from './one-instance.ts';

/** A user with three workspaces, of which somebody has changed one in COR and taken away another. */
async function changedInCor(manners: Partial<CorManners>) {
  const one = startInstance(manners);
  await one.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1), put('t', 'c', 40, 1)], 1);
  one.cor.detach(USER, ['b', 'c']);
  one.cor.state.get(USER)?.set('b', 99);
  one.calls.length = 0;
  return one;
}

describe.each(['update', 'ignore'] as const)(
  'a verification of a COR that meets a re-attach with "%s"',
  (reattach) => {
    it('says what COR held otherwise, and mends it', async () => {
      const one = await changedInCor({ reattach });
      expect(await verifyUser(USER, one.options)).toMatchObject({
        kind: 'equal',
        differed: [
          { workspace: 'b', told: 30, shown: 99 },
          { workspace: 'c', told: 40, shown: undefined },
        ],
      });
      expect(one.held()).toEqual({ a: 20, b: 30, c: 40 });
      expect(one.calls[0]).toBe('attach a');
      const differed = one.lines.filter(({ evt }) => evt === 'cor.differed');
      expect(differed).toEqual([
        { evt: 'cor.differed', workspaceId: 'b', told: 30, percentage: 99 },
        { evt: 'cor.differed', workspaceId: 'c', told: 40 },
      ]);
    });

    it('costs two calls where nothing differs', async () => {
      const one = startInstance({ reattach });
      await one.submit([put('r', 'a', 20, 1), put('s', 'b', 30, 1)], 1);
      expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'equal', differed: [], corCalls: 2 });
    });
  },
);

it.each([{ attach: 'replacing' }, { reattach: 'refuse' }] as const)(
  'where COR shows nothing of the others nothing is said, and all is mended: %o',
  async (manners) => {
    const one = await changedInCor(manners);
    expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'equal', differed: [] });
    expect(one.held()).toEqual({ a: 20, b: 30, c: 40 });
  },
);

it('an event does not look', async () => {
  const one = await changedInCor({});
  await one.submit([put('r', 'a', 25, 2)], 2);
  expect(one.lines.filter(({ evt }) => evt === 'cor.differed')).toEqual([]);
});
