import { MODEL_DAY } from '../../../local/histories/expected.ts';
import type { Random } from '../../../local/histories/random.ts';
import { createCallSlots } from '../../../src/cor/call-slots.ts';
import { createCircuitBreaker } from '../../../src/cor/circuit-breaker.ts';
import type { CorAnswer } from '../../../src/cor/cor-client.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { Echoes } from '../../../src/messaging/echoes.ts';
import type { MessageOptions } from '../../../src/messaging/message.ts';
import { processMessage } from '../../../src/messaging/process-message.ts';
import type { RetryQueue } from '../../../src/messaging/retry-queue.ts';
import { createUserSync } from '../../../src/sync/apply-changes.ts';
import { anyOrganization } from '../../messaging/any-organization.ts';
import type { LateCalls } from './late-calls.ts';
import { type ModelCor, modelCorClient, noAnswer } from './model-cor.ts';
import type { ModelMessage, ModelQueue } from './model-queue.ts';
import type { Fault, Faults } from './trouble.ts';
import type { Turnstile } from './turnstile.ts';

/** What the workers of one cluster share. */
export interface ModelWorld {
  readonly queue: ModelQueue;
  readonly ledger: Ledger;
  readonly cor: ModelCor;
  readonly lateCalls: LateCalls;
  readonly faults: Faults;
  readonly turnstile: Turnstile;
  readonly random: Random;
  readonly retryWindowMs: number;
  now(): number;
}

export interface ModelWorker {
  readonly id: number;
  handle(message: ModelMessage, lock: string): Promise<void>;
  /** The process dies: what it has asked COR for may still be carried out. `since`: when its first lock was lost. */
  die(since: number): void;
}

const MAPPING = loadMapping('project-team');

const COR_TIMEOUT_MS = 30_000;
/** COR's client gives up after 30 s; a call may be carried out later, but before the echo of its message. */
const MAX_LATE_MS = 300_000;

/** One process of the connector. Each of its steps in the world waits at the turnstile. */
export function startWorker(id: number, world: ModelWorld): ModelWorker {
  const asked = new Set<() => void>();
  const users = createUserSync({
    ledger: guardedLedger(id, world),
    cor: modelCorClient(world.cor, (call) => callCor(id, call, asked, world)),
    slots: createCallSlots(2),
    breaker: createCircuitBreaker({ now: world.now }),
    rule: MAPPING.percentage,
    now: world.now,
    today: () => MODEL_DAY,
    log: () => {},
    createMissing: false,
  });
  const retryQueue = guardedQueue(id, world);
  const shared = { users, retryQueue, echoes: new Echoes(retryQueue, COR_TIMEOUT_MS) };
  return {
    id,
    handle: (message, lock) =>
      processMessage(message.body, metadataOf(message, lock), messageOptions(id, message, shared, world)),
    die(since) {
      world.turnstile.drop(id);
      for (const carryOut of asked) if (world.random.chance(0.5)) carryLate(carryOut, since, world);
    },
  };
}

/** What the messages of one process share. */
type Process = Pick<MessageOptions, 'users' | 'retryQueue' | 'echoes'>;

function guardedQueue(id: number, { turnstile, queue, now }: ModelWorld): RetryQueue {
  return {
    async schedule(copy, at) {
      await turnstile.pass(id);
      queue.schedule(copy, at, now());
      await turnstile.pass(id);
    },
    close: async () => {},
  };
}

function metadataOf(message: ModelMessage, lockToken: string): Record<string, unknown> {
  const { sequence, deliveryCount, contentType, properties } = message;
  return {
    lockToken,
    sequenceNumber: sequence,
    deliveryCount,
    contentType,
    applicationProperties: properties,
  };
}

function messageOptions(
  id: number,
  message: ModelMessage,
  { users, retryQueue, echoes }: Process,
  world: ModelWorld,
): MessageOptions {
  const { turnstile, queue, random, retryWindowMs } = world;
  return {
    mapping: MAPPING,
    users,
    ledger: world.ledger,
    policy: { retryWindowMs, unmappedGraceMs: 0 },
    clock: { now: world.now, sleep: () => turnstile.pass(id) },
    log: () => {},
    random: () => random.next(),
    settlement: {
      async deadLetter(lock, reason) {
        await turnstile.pass(id);
        if (!queue.settle(message, lock, 'deadLettered', reason)) throw new Error('The lock is lost.');
        await turnstile.pass(id);
      },
    },
    retryQueue,
    echoes,
    organizations: anyOrganization(),
  };
}

/** A step in the world: it may fail before it has an effect, or after. */
async function step<Result>(
  id: number,
  effect: () => Promise<Result> | Result,
  fault: Fault,
  fail: () => Result,
  { turnstile, faults }: ModelWorld,
): Promise<Result> {
  await turnstile.pass(id);
  if (faults.strikes(fault, 0.08)) return fail();
  const result = await effect();
  await turnstile.pass(id);
  return faults.strikes(fault, 0.08) ? fail() : result;
}

async function callCor(
  id: number,
  call: () => CorAnswer,
  asked: Set<() => void>,
  world: ModelWorld,
): Promise<CorAnswer> {
  if (world.faults.strikes('lateCalls', 0.15)) {
    await world.turnstile.pass(id);
    carryLate(call, world.now(), world);
    return noAnswer();
  }
  asked.add(call);
  const effect = () => {
    asked.delete(call);
    return call();
  };
  return step(id, effect, 'corFailures', noAnswer, world).finally(() => asked.delete(call));
}

function carryLate(carryOut: () => void, since: number, { lateCalls, random, now }: ModelWorld): void {
  lateCalls.add({ at: now() + random.next() * MAX_LATE_MS, since, carryOut });
}

function guardedLedger(id: number, world: ModelWorld): Ledger {
  const { ledger } = world;
  const fail = (): never => {
    throw Object.assign(new Error('storage is down'), { code: 'ServerBusy', statusCode: 503 });
  };
  return {
    load: (user) => step(id, () => ledger.load(user), 'storageFailures', fail, world),
    save: (document, etag, rule) =>
      step(id, () => ledger.save(document, etag, rule), 'storageFailures', fail, world),
    users: () => ledger.users(),
    due: (day, rule) => ledger.due(day, rule),
    check: async () => {},
  };
}
