import { expect, test } from 'vitest';
import { handleOne } from './handled-message.ts';

const DOWN = { service: 'cor', class: 'transient', code: 'ECONNREFUSED', description: 'No answer.' } as const;
const NO_RIGHT = Object.assign(new Error('Put token failed for ada@example.com'), {
  code: 'UnauthorizedAccess',
});
/** The host renews the lock of a message for this long (host.json). */
const RENEWED_MS = 5 * 60_000;
/** One send with all its tries and time-outs. */
const SEND_MS = 31_000;

test('ten deliveries of a message that cannot be rescheduled span twenty minutes, none longer than its lock is renewed', async () => {
  const holds: number[] = [];
  for (let deliveryCount = 1; deliveryCount <= 10; deliveryCount += 1) {
    const { slept, thrown, tookMs } = await handleOne({
      failure: DOWN,
      metadata: { deliveryCount },
      sends: [NO_RIGHT, NO_RIGHT],
    });
    expect(thrown).toBeInstanceOf(Error);
    expect(tookMs + SEND_MS).toBeLessThan(RENEWED_MS);
    holds.push(...slept);
  }
  expect(holds.map((ms) => ms / 1_000)).toEqual([5, 10, 20, 40, 80, 160, 230, 230, 230, 230]);
});

test('time that the message has cost before is not held again', async () => {
  const { slept } = await handleOne({
    failure: DOWN,
    syncMs: 200_000,
    metadata: { deliveryCount: 9 },
    sends: [NO_RIGHT, NO_RIGHT],
  });
  expect(slept).toEqual([30_000]);
  const late = await handleOne({
    failure: DOWN,
    syncMs: 280_000,
    metadata: { deliveryCount: 9 },
    sends: [NO_RIGHT, NO_RIGHT],
  });
  expect(late.slept).toEqual([0]);
});

test('a sender that is back after the hold takes the copy, and the message is completed', async () => {
  const { copies, thrown, lines, slept } = await handleOne({ failure: DOWN, sends: [NO_RIGHT] });
  expect(thrown).toBeUndefined();
  expect(copies).toHaveLength(1);
  expect(slept).toEqual([5_000]);
  expect(lines.map(({ evt }) => evt)).toEqual(['message.held', 'message.retried']);
});

test('the log says when a message is held and for how long, and why in words for an operator only', async () => {
  const { lines } = await handleOne({ failure: DOWN, sends: [NO_RIGHT, NO_RIGHT] });
  const reason =
    'The copy for the next try could not be sent. The namespace refused the credentials: Listen and Send rights on the queue are needed.';
  expect(lines).toMatchObject([
    { evt: 'message.held', delayMs: 5_000, errorCode: 'RescheduleError', reason },
    { evt: 'message.abandoned', outcome: 'abandoned', errorCode: 'RescheduleError', reason },
  ]);
  expect(JSON.stringify(lines)).not.toContain('example.com');
});

test('a dead letter that the host does not confirm is asked for once, held and thrown', async () => {
  let asked = 0;
  const { slept, thrown, lines } = await handleOne({
    body: Buffer.from('no JSON'),
    metadata: { deliveryCount: 3 },
    settlement: {
      async deadLetter() {
        asked += 1;
        throw new Error('The Functions host did not dead-letter the message (UNKNOWN: gone)');
      },
    },
  });
  expect(asked).toBe(1);
  expect(slept).toEqual([20_000]);
  expect(thrown).toBeInstanceOf(Error);
  expect(lines.map(({ evt }) => evt)).toEqual(['message.held', 'message.abandoned']);
});
