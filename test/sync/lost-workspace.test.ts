import { describe, expect, it } from 'vitest';
import { verifyUser } from '../../src/sync/verify-user.ts';
import { put, remove, startInstance, USER } from './one-instance.ts';

const SETTINGS = (['additive', 'replacing'] as const).flatMap((attach) =>
  (['ignore', 'refuse'] as const).map((notAttached) => ({ attach, notAttached })),
);

describe.each(SETTINGS)(
  'a user whose only workspace COR has lost, $attach, notAttached: $notAttached',
  (manners) => {
    async function lostAfterTwo() {
      const one = startInstance(manners);
      await one.submit([put('r', 'a', 20, 1)], 1);
      await one.submit([put('s', 'b', 10, 2)], 2);
      one.known.delete('a');
      one.cor.state.get(USER)?.delete('a');
      return one;
    }

    it('is rid of what must not be there, although no attach shows it', async () => {
      const one = await lostAfterTwo();
      await one.submit([remove('s', 3)], 3);
      one.cor.attach(USER, [{ workspaceId: 'b', percentage: 10 }]);
      expect(await verifyUser(USER, one.options)).toMatchObject({ kind: 'differs', unknown: [] });
      expect(one.held()).toEqual({});
    });

    it('is told of a removal that COR has carried out before, and the message ends', async () => {
      const one = await lostAfterTwo();
      one.cor.detach(USER, ['b']);
      expect(await one.submit([remove('s', 3)], 3, true)).toMatchObject({ kind: 'applied' });
      expect(one.held()).toEqual({});
    });

    it('needs four calls for a message about another workspace: it is told with the whole and found alone', async () => {
      const one = await lostAfterTwo();
      one.calls.length = 0;
      expect(await one.submit([put('s', 'b', 11, 3)], 3)).toMatchObject({ kind: 'applied' });
      expect(one.held()).toEqual({ b: 11 });
      expect(one.calls).toEqual(['attach b', 'attach a,b', 'attach a', 'attach b']);
    });
  },
);
