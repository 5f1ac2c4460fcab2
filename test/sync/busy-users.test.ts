import { expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createUserSync } from '../../src/sync/apply-changes.ts';
import { type Instance, put, startInstance, USER } from './one-instance.ts';

/** The same process, counting what it reads. */
function counted(instance: Instance) {
  let loads = 0;
  const ledger: Ledger = {
    ...instance.ledger,
    load(user) {
      loads += 1;
      return instance.ledger.load(user);
    },
  };
  const users = createUserSync({ ...instance.options, ledger });
  return {
    submit: (workspace: string, version: number, redelivered = false) =>
      users.submit(USER, {
        changes: [put('r', workspace, version, version)],
        sequence: version,
        redelivered,
        correlationId: `c${version}`,
      }),
    loads: () => loads,
  };
}

it('the document of a user is read once while messages come one after another, and again after a second', async () => {
  let now = 0;
  const one = startInstance({ now: () => now });
  const { submit, loads } = counted(one);
  for (const version of [1, 2, 3]) {
    expect(await submit('a', version)).toMatchObject({ kind: 'applied', corCalls: 1 });
    now += 500;
  }
  expect(loads()).toBe(1);
  now += 501;
  await submit('a', 4);
  expect(loads()).toBe(2);
  expect(one.held()).toEqual({ a: 4 });
});

it('what another process saved meanwhile is found out by the ETag, and COR is told everything', async () => {
  const one = startInstance();
  const other = startInstance({}, one);
  const { submit, loads } = counted(one);
  await submit('a', 1);
  await other.submit([put('s', 'b', 40, 5)], 5);
  await other.submit([put('r', 'c', 30, 6)], 6);
  expect(await submit('d', 7)).toMatchObject({ kind: 'applied' });
  expect(loads()).toBe(2);
  expect(one.held()).toEqual({ b: 40, d: 7 });
  const { document } = await one.ledger.load(USER);
  expect(document.told).toEqual({ b: 40, d: 7 });
});

it('a message that was handled before looks at what is stored', async () => {
  const one = startInstance();
  const { submit, loads } = counted(one);
  await submit('a', 1);
  expect(await submit('a', 1, true)).toMatchObject({ corCalls: 1 });
  expect(loads()).toBe(2);
});

it('a save of which nobody knows how it ended leaves nothing to rely on', async () => {
  const one = startInstance();
  const { submit, loads } = counted(one);
  await submit('a', 1);
  one.meanwhile = () => Promise.reject(new Error('The answer was lost.'));
  expect(await submit('a', 2)).toMatchObject({ kind: 'unavailable' });
  await submit('a', 3);
  expect(loads()).toBe(2);
});
