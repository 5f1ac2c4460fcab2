import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QueueCore } from '../../../local/broker/queue-core.ts';
import type { QueueMessage } from '../../../local/broker/queue-message.ts';
import { queueSettings } from '../../../local/broker/queue-options.ts';
import type { Settlement } from '../../../local/broker/settlement.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type ModelMessage, QueueModel } from './queue-model.ts';

interface Run {
  clock: FakeClock;
  core: QueueCore<string>;
  model: QueueModel;
  /** Every token ever given out, with the message it locked. */
  tokens: { token: string; id: string }[];
  departures: string[];
  nextId: number;
}

type Step = (run: Run) => void;

const pick = <T>(items: readonly T[], choice: number): T | undefined =>
  items[choice % Math.max(1, items.length)];

const enqueue =
  (timeToLive: number, delay: number): Step =>
  (run) => {
    const id = `m${run.nextId++}`;
    const now = run.clock.now();
    run.core.enqueue([
      { content: id, messageId: id, timeToLive, scheduledFor: delay > 0 ? now + delay : undefined },
    ]);
    run.model.enqueue(id, timeToLive, delay);
  };

function rememberLock(run: Run, message: QueueMessage<string> | undefined): void {
  if (message?.lock) run.tokens.push({ token: message.lock.token, id: message.messageId });
}

const acquire: Step = (run) => {
  const expected = run.model.inState('active')[0];
  const message = run.core.acquire();
  expect(message?.messageId).toBe(expected?.id);
  if (expected) run.model.lock(expected);
  rememberLock(run, message);
};

const take: Step = (run) => {
  const expected = run.model.inState('active')[0];
  expect(run.core.take()?.messageId).toBe(expected?.id);
  if (expected) run.model.leave(expected, 'completed');
};

const settle =
  (choice: number, outcome: Settlement['outcome']): Step =>
  (run) => {
    const held = pick(run.tokens, choice);
    if (held === undefined) return;
    // Only the newest token of a message can hold its lock.
    const isNewest = run.tokens.findLast((other) => other.id === held.id) === held;
    const message = isNewest ? run.model.inState('locked').find(({ id }) => id === held.id) : undefined;
    expect(run.core.settle(held.token, { outcome, reason: 'Why' } as Settlement)).toBe(
      message ? 'settled' : 'lockLost',
    );
    if (message) settleModel(run.model, message, outcome);
  };

function settleModel(model: QueueModel, message: ModelMessage, outcome: Settlement['outcome']): void {
  if (outcome === 'complete') model.leave(message, 'completed');
  if (outcome === 'deadLetter') model.leave(message, 'deadLettered', 'Why');
  if (outcome === 'release') model.back(message);
  if (outcome === 'abandon') model.failDelivery(message);
  if (outcome === 'defer') {
    message.deliveryCount++;
    message.isDeferred = true;
    model.back(message);
  }
}

const renew =
  (choice: number): Step =>
  (run) => {
    const held = pick(run.tokens, choice);
    if (held === undefined) return;
    const isNewest = run.tokens.findLast((other) => other.id === held.id) === held;
    const message = isNewest ? run.model.inState('locked').find(({ id }) => id === held.id) : undefined;
    if (message) run.model.lock(message);
    expect(run.core.renewLock(held.token)).toBe(message?.lockedUntil);
  };

const receiveDeferred =
  (choice: number, mode: 'peekLock' | 'receiveAndDelete'): Step =>
  (run) => {
    const message = pick(run.model.messages, choice);
    if (message === undefined) return;
    const [received] = run.core.receiveDeferred([message.sequenceNumber], mode) ?? [];
    expect(received?.messageId).toBe(message.state === 'deferred' ? message.id : undefined);
    if (message.state !== 'deferred') return;
    if (mode === 'peekLock') run.model.lock(message);
    else run.model.leave(message, 'completed');
    rememberLock(run, received);
  };

const cancel =
  (choice: number): Step =>
  (run) => {
    const message = pick(run.model.messages, choice);
    if (message === undefined) return;
    expect(run.core.cancelScheduled([message.sequenceNumber])).toBe(message.state === 'scheduled');
    if (message.state === 'scheduled') run.model.leave(message, 'cancelled');
  };

const advance =
  (milliseconds: number): Step =>
  (run) => {
    run.clock.advance(milliseconds);
    run.model.advance(milliseconds);
  };

const choice = fc.nat(1000);
const outcome = fc.constantFrom<Settlement['outcome']>(
  'complete',
  'release',
  'abandon',
  'defer',
  'deadLetter',
);
const timeToLive = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 40 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(timeToLive, fc.oneof(fc.constant(0), fc.nat(30))).map((args) => enqueue(...args)),
  fc.constant(acquire),
  fc.constant(take),
  fc.tuple(choice, outcome).map((args) => settle(...args)),
  choice.map(renew),
  fc.tuple(choice, fc.constantFrom('peekLock', 'receiveAndDelete')).map((args) => receiveDeferred(...args)),
  choice.map(cancel),
  fc.integer({ min: 1, max: 25 }).map(advance),
);

function compare({ core, model, departures }: Run): void {
  const counts = core.counts();
  expect(counts).toMatchObject({
    active: model.inState('active').length,
    locked: model.inState('locked').length,
    scheduled: model.inState('scheduled').length,
    deferred: model.inState('deferred').length,
    deadLetter: model.deadLetters.size,
    completed: model.departed.completed,
    deadLettered: model.departed.deadLettered,
    enqueued: model.enqueued,
  });
  const seen = core.peek(1, Number.POSITIVE_INFINITY);
  expect(
    seen.map(({ messageId, sequenceNumber, state, deliveryCount }) => [
      messageId,
      sequenceNumber,
      state,
      deliveryCount,
    ]),
  ).toEqual(
    model.messages.map(({ id, sequenceNumber, state, deliveryCount }) => [
      id,
      sequenceNumber,
      state,
      deliveryCount,
    ]),
  );
  const deadLetters = core.deadLetterQueue?.peek(1, Number.POSITIVE_INFINITY) ?? [];
  const reasons = deadLetters.map((message) => [
    message.messageId,
    message.propertyChanges?.get('DeadLetterReason'),
  ]);
  expect(Object.fromEntries(reasons)).toEqual(Object.fromEntries(model.deadLetters));
  expect(new Set(departures).size, 'each message departs once').toBe(departures.length);
  expect(departures.length + seen.length).toBe(counts.enqueued);
}

test('after any sequence of operations the queue agrees with the simple model and every message is in one state', () => {
  const options = fc.record({
    lockDurationMs: fc.integer({ min: 1, max: 20 }),
    maxDeliveryCount: fc.integer({ min: 1, max: 4 }),
    deadLetterExpired: fc.boolean(),
  });
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 80 }), (modelOptions, steps) => {
      const clock = fakeClock();
      const { lockDurationMs, maxDeliveryCount, deadLetterExpired } = modelOptions;
      const settings = queueSettings({
        name: 'q',
        lockDurationMs,
        maxDeliveryCount,
        deadLetteringOnMessageExpiration: deadLetterExpired,
      });
      const core = new QueueCore<string>(settings, clock);
      const departures: string[] = [];
      core.listen({ departed: ({ messageId }) => departures.push(messageId) });
      const run: Run = {
        clock,
        core,
        model: new QueueModel(modelOptions, clock.now()),
        tokens: [],
        departures,
        nextId: 1,
      };
      for (const take of steps) {
        take(run);
        compare(run);
      }
    }),
    { numRuns: 500 },
  );
});
