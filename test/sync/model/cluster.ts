import { dataverseBody } from '../../../local/histories/dataverse-body.ts';
import type { Arrival } from '../../../local/histories/expected.ts';
import type { Random } from '../../../local/histories/random.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../../src/ledger/memory-ledger.ts';
import { LateCalls } from './late-calls.ts';
import type { ModelCor } from './model-cor.ts';
import { type ModelMessage, ModelQueue } from './model-queue.ts';
import { type ModelWorker, type ModelWorld, startWorker } from './model-worker.ts';
import { Faults, type Trouble } from './trouble.ts';
import { quiet, Turnstile } from './turnstile.ts';

const MAX_STEPS = 20_000;

/** A message in the hands of a worker. `lostAt`: when its lock ended while the worker went on. */
interface Handling {
  readonly message: ModelMessage;
  readonly lock: string;
  readonly worker: ModelWorker;
  lostAt: number | undefined;
}

/** A queue, a ledger, COR, and workers that run the connector's own message handling, all in one thread and in random order. */
export class Cluster {
  readonly ledger: Ledger = createMemoryLedger();
  readonly queue = new ModelQueue();
  private readonly random: Random;
  private readonly trouble: Trouble;
  private readonly world: ModelWorld;
  private readonly handlings = new Set<Handling>();
  private readonly workers: ModelWorker[] = [];
  private born = 0;
  private now = Date.UTC(2026, 5, 1);

  constructor(arrivals: readonly Arrival[], cor: ModelCor, trouble: Trouble, random: Random) {
    this.random = random;
    this.trouble = trouble;
    this.world = {
      queue: this.queue,
      ledger: this.ledger,
      cor,
      lateCalls: new LateCalls(),
      faults: new Faults(trouble, random),
      turnstile: new Turnstile(random),
      random,
      retryWindowMs: trouble.retries ? Number.MAX_SAFE_INTEGER : 0,
      now: () => this.now,
    };
    this.enqueue(arrivals);
    for (let count = 0; count < trouble.workers; count += 1) this.workers.push(this.startWorker());
  }

  /** More messages that enter the queue. */
  enqueue(arrivals: readonly Arrival[]): void {
    for (const { event, sequence } of arrivals)
      this.queue.add({ sequence, body: dataverseBody(event), sentAt: this.now });
  }

  replayAll(): void {
    for (const letter of this.queue.deadLetters) this.queue.replay(letter, this.now);
  }

  /** From now on nothing fails. */
  calm(): void {
    this.world.faults.end();
  }

  /** Runs until every message has ended. Throws when that does not happen: something hangs. */
  async run(): Promise<void> {
    const { turnstile, lateCalls } = this.world;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      this.now += this.trouble.stepMs;
      lateCalls.runUntil(this.now);
      await quiet();
      if (this.queue.open.length === 0 && turnstile.waiting === 0 && lateCalls.next === undefined) return;
      this.makeTrouble();
      if (this.random.chance(0.3) && this.receive()) continue;
      if (turnstile.letOneThrough() || this.receive()) continue;
      this.skipIdleTime();
    }
    throw new Error(`Not done after ${MAX_STEPS} steps: ${this.queue.open.length} messages left`);
  }

  private startWorker(): ModelWorker {
    this.born += 1;
    return startWorker(this.born, this.world);
  }

  private makeTrouble(): void {
    const { faults } = this.world;
    if (faults.strikes('crashes', 0.02)) this.crash();
    if (faults.strikes('lostLocks', 0.03)) this.loseLock();
    const letters = this.queue.deadLetters;
    if (letters.length > 0 && faults.strikes('replays', 0.05))
      this.queue.replay(this.random.pick(letters), this.now);
  }

  private loseLock(): void {
    this.queue.loseLock(this.random);
    for (const handling of this.handlings)
      if (this.queue.lockOf(handling.message) !== handling.lock) handling.lostAt ??= this.now;
  }

  private crash(): void {
    const index = this.random.below(this.workers.length);
    const worker = this.workers[index];
    if (!worker) return;
    const dropped = [...this.handlings].filter((handling) => handling.worker === worker);
    worker.die(Math.min(this.now, ...dropped.map(({ lostAt }) => lostAt ?? this.now)));
    for (const message of this.queue.heldBy(worker.id)) message.holder = undefined;
    for (const handling of dropped) this.handlings.delete(handling);
    this.workers[index] = this.startWorker();
  }

  /**
   * A worker that lost its lock goes on for as long as the host would have renewed it, at most, and its last call is carried out within
   * COR's time-out. An echo is scheduled for a time after that, so it does not come before.
   */
  private isTooEarly({ contentType, availableAt, sentAt }: ModelMessage): boolean {
    if (availableAt > this.now) return true;
    if (!contentType.includes('dynamics-to-cor')) return false;
    if (this.world.lateCalls.areUnderWaySince(sentAt)) return true;
    return [...this.handlings].some(({ lostAt }) => lostAt !== undefined && lostAt <= sentAt);
  }

  private receive(): boolean {
    const worker = this.random.pick(this.workers);
    if (this.queue.heldBy(worker.id).length >= this.trouble.inHand) return false;
    const available = this.queue.open.filter((one) => one.holder === undefined && !this.isTooEarly(one));
    if (available.length === 0) return false;
    this.deliver(this.random.pick(available), worker);
    return true;
  }

  private deliver(message: ModelMessage, worker: ModelWorker): void {
    message.holder = worker.id;
    message.deliveryCount += 1;
    const lock = this.queue.lockOf(message) ?? '';
    const handling: Handling = { message, lock, worker, lostAt: undefined };
    this.handlings.add(handling);
    const ended = (end: ModelMessage['end']) => () => {
      this.queue.settle(message, lock, end);
      this.handlings.delete(handling);
    };
    worker.handle(message, lock).then(ended('completed'), ended(undefined));
  }

  private skipIdleTime(): void {
    if (this.handlings.size > 0) return;
    const times = this.queue.open.map(({ availableAt }) => availableAt);
    const next = Math.min(...times, this.world.lateCalls.next ?? Number.POSITIVE_INFINITY);
    if (next < Number.POSITIVE_INFINITY) this.now = Math.max(this.now, next);
  }
}
