import { describe, expect, test } from 'vitest';
import { QueueCore } from '../../../local/broker/queue-core.ts';
import type { Departure } from '../../../local/broker/queue-listener.ts';
import { type QueueOptions, queueSettings } from '../../../local/broker/queue-options.ts';
import type { Settlement } from '../../../local/broker/settlement.ts';
import { fakeClock } from './fake-clock.ts';

function setUp(options: Partial<QueueOptions> = {}) {
  const clock = fakeClock();
  const queue = new QueueCore<string>(queueSettings({ name: 'q', lockDurationMs: 1000, ...options }), clock);
  const departures: Departure[] = [];
  queue.listen({ departed: (departure) => departures.push(departure) });
  const send = (...ids: string[]) => queue.enqueue(ids.map((id) => ({ content: id, messageId: id })));
  const acquire = () => {
    const message = queue.acquire();
    if (message === undefined) throw new Error('The queue has no active message.');
    return message;
  };
  return { clock, queue, departures, send, acquire };
}

describe('a settlement moves a locked message', () => {
  const cases: { settlement: Settlement; counts: object; deliveryCount?: number }[] = [
    { settlement: { outcome: 'complete' }, counts: { active: 0, completed: 1 } },
    { settlement: { outcome: 'release' }, counts: { active: 1 }, deliveryCount: 0 },
    { settlement: { outcome: 'abandon' }, counts: { active: 1 }, deliveryCount: 1 },
    { settlement: { outcome: 'defer' }, counts: { active: 0, deferred: 1 }, deliveryCount: 1 },
    { settlement: { outcome: 'deadLetter', reason: 'Why' }, counts: { deadLetter: 1, deadLettered: 1 } },
  ];
  test.each(cases)('$settlement.outcome', ({ settlement, counts, deliveryCount }) => {
    const { queue, send, acquire } = setUp();
    send('a');
    expect(queue.settle(acquire().lock.token, settlement)).toBe('settled');
    expect(queue.counts()).toMatchObject({ locked: 0, ...counts });
    expect(queue.peek(1, 1)[0]?.deliveryCount).toBe(deliveryCount);
  });
});

test('a second settlement of the same message finds the lock lost and changes nothing', () => {
  const { queue, departures, send, acquire } = setUp();
  send('a');
  const { token } = acquire().lock;
  queue.settle(token, { outcome: 'complete' });
  expect(queue.settle(token, { outcome: 'deadLetter' })).toBe('lockLost');
  expect(queue.counts()).toMatchObject({ completed: 1, deadLettered: 0, deadLetter: 0 });
  expect(departures).toEqual([{ messageId: 'a', sequenceNumber: 1, outcome: 'completed' }]);
});

test('an abandoned message comes before younger ones', () => {
  const { queue, send, acquire } = setUp();
  send('a', 'b');
  queue.settle(acquire().lock.token, { outcome: 'abandon' });
  expect([acquire().messageId, acquire().messageId]).toEqual(['a', 'b']);
});

test('scheduled messages can be enqueued before their time, in the order of their times', () => {
  const { clock, queue } = setUp();
  const now = clock.now();
  queue.enqueue([
    { content: 'b', messageId: 'b', scheduledFor: now + 60_000 },
    { content: 'a', messageId: 'a', scheduledFor: now + 50_000 },
  ]);
  queue.enqueueScheduled();
  expect(queue.counts()).toMatchObject({ scheduled: 0, active: 2 });
  expect(queue.peek(1, 2)).toMatchObject([
    { messageId: 'a', enqueuedTime: now },
    { messageId: 'b', enqueuedTime: now },
  ]);
});

describe('the clock', () => {
  test('a lock ends exactly when its duration is over', () => {
    const { clock, queue, send, acquire } = setUp();
    send('a');
    const { token } = acquire().lock;
    clock.advance(999);
    expect(queue.counts()).toMatchObject({ locked: 1, active: 0 });
    clock.advance(1);
    expect(queue.counts()).toMatchObject({ locked: 0, active: 1 });
    expect(queue.settle(token, { outcome: 'complete' })).toBe('lockLost');
  });

  test('a renewed lock lasts a whole duration from the renewal, and others end in their own time', () => {
    const { clock, queue, send, acquire } = setUp();
    send('a', 'b');
    const { token } = acquire().lock;
    acquire();
    clock.advance(600);
    expect(queue.renewLock(token)).toBe(clock.now() + 1000);
    clock.advance(400);
    expect(queue.peek(1, 2).map((message) => message.state)).toEqual(['locked', 'active']);
    clock.advance(600);
    expect(queue.renewLock(token)).toBeUndefined();
  });

  test('lost locks count as deliveries until the message is dead-lettered', () => {
    const { clock, queue, departures, send, acquire } = setUp({ maxDeliveryCount: 2 });
    send('a');
    acquire();
    clock.advance(1000);
    expect(acquire().deliveryCount).toBe(1);
    clock.advance(1000);
    expect(departures).toMatchObject([{ outcome: 'deadLettered', reason: 'MaxDeliveryCountExceeded' }]);
    expect(queue.counts()).toMatchObject({ active: 0, deadLetter: 1 });
  });

  test('a scheduled message is enqueued anew when due: new number, new time, and its time to live starts', () => {
    const { clock, queue, send } = setUp();
    const scheduledFor = clock.now() + 500;
    queue.enqueue([{ content: 'later', messageId: 'later', scheduledFor, timeToLive: 100 }]);
    send('now');
    clock.advance(500);
    const [first, second] = queue.peek(1, 2);
    expect(first?.messageId).toBe('now');
    expect(second).toMatchObject({ messageId: 'later', sequenceNumber: 3, enqueuedTime: scheduledFor });
    expect(second?.expiresAt).toBe(scheduledFor + 100);
  });

  test('a message does not expire while it is locked or deferred, and at once when it comes back too late', () => {
    const { clock, queue, send, acquire } = setUp({ defaultTimeToLiveMs: 100 });
    send('locked', 'deferred');
    const locked = acquire();
    queue.settle(acquire().lock.token, { outcome: 'defer' });
    clock.advance(500);
    expect(queue.counts()).toMatchObject({ locked: 1, deferred: 1, deadLetter: 0 });
    queue.settle(locked.lock.token, { outcome: 'abandon' });
    expect(queue.counts()).toMatchObject({ active: 0, locked: 0, deferred: 1, deadLetter: 1 });
  });

  test('an expired message is never handed out, even when the timer is late', () => {
    let now = 0;
    const lateClock = { now: () => now, after: () => ({ cancel() {} }) };
    const queue = new QueueCore<string>(queueSettings({ name: 'q', defaultTimeToLiveMs: 100 }), lateClock);
    queue.enqueue([{ content: 'a', messageId: 'a' }]);
    now = 100;
    expect(queue.acquire()).toBeUndefined();
    expect(queue.counts()).toMatchObject({ active: 0, deadLetter: 1 });
  });

  test('a closed queue leaves no timer behind', () => {
    const { clock, queue, send, acquire } = setUp();
    send('a');
    acquire();
    queue.close();
    clock.advance(5000);
    expect(queue.counts()).toMatchObject({ locked: 1 });
  });
});

describe('the dead-letter queue', () => {
  test('keeps properties, reason, description and the sequence number', () => {
    const { queue, send, acquire } = setUp();
    send('a');
    const changes = new Map([['extra', 1]]);
    queue.settle(acquire().lock.token, {
      outcome: 'deadLetter',
      reason: 'Why',
      description: 'What to do',
      changes,
    });
    const [deadLetter] = queue.deadLetterQueue?.peek(1, 1) ?? [];
    expect(deadLetter).toMatchObject({ messageId: 'a', sequenceNumber: 1, enqueuedSequenceNumber: 0 });
    expect(Object.fromEntries(deadLetter?.propertyChanges ?? [])).toEqual({
      extra: 1,
      DeadLetterReason: 'Why',
      DeadLetterErrorDescription: 'What to do',
    });
  });

  test('does not count deliveries, expire messages or dead-letter again', () => {
    const { clock, queue, send, acquire } = setUp({ maxDeliveryCount: 1, defaultTimeToLiveMs: 5000 });
    send('a');
    queue.settle(acquire().lock.token, { outcome: 'abandon' });
    const deadLetters = queue.deadLetterQueue;
    for (let delivery = 0; delivery < 5; delivery++) {
      deadLetters?.settle(deadLetters.acquire()?.lock.token ?? '', { outcome: 'abandon' });
    }
    clock.advance(10_000);
    const message = deadLetters?.acquire();
    expect(message?.deliveryCount).toBe(1);
    expect(deadLetters?.settle(message?.lock.token ?? '', { outcome: 'deadLetter' })).toBe('notAllowed');
    expect(deadLetters?.counts()).toMatchObject({ active: 1, locked: 0 });
  });
});

test.each([
  [{ name: '' }, /Queue name "" is not valid/],
  [{ name: '-q' }, /alphanumeric at both ends/],
  [{ name: 'q', lockDurationMs: 0 }, /lockDurationMs must be greater than 0 but is 0/],
  [{ name: 'q', maxDeliveryCount: Number.NaN }, /maxDeliveryCount must be greater than 0 but is NaN/],
])('the options %o are refused', (options, message) => {
  expect(() => queueSettings(options)).toThrow(message);
});
