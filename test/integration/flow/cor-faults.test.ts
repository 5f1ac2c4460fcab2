import { describe, expect, test } from 'vitest';
import type { CorSwitchInput } from '../../../local/cor/switches.ts';
import { endedAfterRetries } from './after-retries.ts';
import { memberRow, share } from './dataverse-rows.ts';
import { a, b, endings, FAULTS, startSwitchedCor, titleOf } from './switched-cor.ts';

const { stack, cor, turn, turned, send, post, newUser, held } = await startSwitchedCor();

describe('a fault that passes costs a retry and no more', () => {
  const faults: CorSwitchInput[] = [
    ...([500, 502, 408, 425, 'drop'] as const).flatMap((status) =>
      (['before', 'after'] as const).map((when) => ({ failNext: [{ status, when }] })),
    ),
    { failNext: [{ status: 500, body: null }] },
    { failNext: [{ status: 500, body: 'E_SOMETHING: oops' }] },
    { failNext: [{ status: 502, body: '<html><title>Bad gateway</title></html>' }] },
  ];
  for (const fault of faults)
    test(titleOf(fault), async () => {
      const one = newUser(titleOf(fault));
      turn(fault);
      const [id = ''] = await send(memberRow(titleOf(fault)).create(share(one, a, 33)));
      const { line, retries } = await endedAfterRetries(stack, id);
      expect({ outcome: line.outcome, retries: retries.length, held: held(one) }).toEqual({
        outcome: 'succeeded',
        retries: 1,
        held: { [a.id]: 33 },
      });
      expect(retries[0]).toMatchObject({ errorClass: 'transient' });
    });

  for (const where of ['api', 'token'] as const)
    test(`a COR that does not answer: ${where}`, async () => {
      const one = newUser(`hang ${where}`);
      turn({ hang: where });
      // The cached token is refused, so a new one has to be asked for.
      if (where === 'token') cor.invalidateTokens();
      const [id = ''] = await send(memberRow(`hang ${where}`).create(share(one, a, 34)));
      const late = await stack.line(({ evt, messageId }) => evt === 'message.retried' && messageId === id);
      expect(late).toMatchObject({ errorCode: 'DEADLINE', errorClass: 'transient' });
      turn({ hang: 'none' });
      expect((await endedAfterRetries(stack, id)).line).toMatchObject({ outcome: 'succeeded' });
      expect(held(one)).toEqual({ [a.id]: 34 });
    });

  test('tokens that COR has forgotten cost one more call, and no retry', async () => {
    const one = newUser('forgotten tokens');
    cor.invalidateTokens();
    cor.clearCalls();
    expect(endings(await post(memberRow('forgotten').create(share(one, a, 35))))).toEqual(['succeeded']);
    expect(cor.calls.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'attach 401',
      'token 200',
      'attach 200',
    ]);
  });

  test('failures at random', async () => {
    turn({ failRate: { rate: 0.3, status: 500, seed: 11 } });
    const users = Array.from({ length: 30 }, (_, index) => newUser(`random ${index}`));
    const lines = await post(
      ...users.map((one, index) => memberRow(`random ${index}`).create(share(one, b, index + 1))),
    );
    expect(new Set(endings(lines))).toEqual(new Set(['succeeded']));
    expect(users.map(held)).toEqual(users.map((_, index) => ({ [b.id]: index + 1 })));
    expect(stack.lines.some(({ evt }) => evt === 'message.retried')).toBe(true);
  });
});

test('every fault that the sandbox can have was turned', () => {
  expect([...turned].sort()).toEqual(FAULTS);
});
