import { expect, it } from 'vitest';
import { createCallSlots } from '../../src/cor/call-slots.ts';
import { createUserSync } from '../../src/sync/apply-changes.ts';
import { MAX_WAIT_MS } from '../../src/sync/turn.ts';
import { put, startInstance, USER } from './one-instance.ts';

/** One call at a time, and the first one takes as long as the test says. */
function startSlow() {
  let now = 0;
  const one = startInstance({ now: () => now });
  const slots = createCallSlots(1);
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const users = createUserSync({ ...one.options, slots });
  // `approach` lets two so far: both are taken until COR has answered.
  const busy = Promise.all([slots.approach(() => held), slots.approach(() => held)]);
  const submit = (sequence: number) =>
    users.submit(USER, { changes: [put('r', 'a', 20, sequence)], sequence, redelivered: false });
  const pass = (ms: number) => {
    now += ms;
  };
  return { one, submit, pass, answer, busy };
}

it('a message whose turn comes late is told', async () => {
  const { one, submit, pass, answer, busy } = startSlow();
  const result = submit(1);
  pass(MAX_WAIT_MS);
  answer();
  await busy;
  expect(await result).toMatchObject({ kind: 'applied' });
  expect(one.held()).toEqual({ a: 20 });
});

it('one whose lock may end before it is told is handed back, and COR is not asked', async () => {
  const { one, submit, pass, answer, busy } = startSlow();
  const first = submit(1);
  pass(MAX_WAIT_MS + 1);
  answer();
  await busy;
  expect(await first).toMatchObject({ kind: 'unavailable', failure: { class: 'paused', code: 'NO_TURN' } });
  expect(one.calls).toEqual([]);
  expect(await submit(2)).toMatchObject({ kind: 'applied' });
});
