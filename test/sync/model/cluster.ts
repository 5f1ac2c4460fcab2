import { createCallSlots } from '../../../src/cor/call-slots.ts';
import { createCircuitBreaker } from '../../../src/cor/circuit-breaker.ts';
import type { CorAnswer } from '../../../src/cor/cor-client.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../../src/ledger/memory-ledger.ts';
import { PROPERTY } from '../../../src/messaging/envelope.ts';
import { processMessage } from '../../../src/messaging/process-message.ts';
import { createUserSync } from '../../../src/sync/apply-changes.ts';
import { anyOrganization } from '../../messaging/any-organization.ts';
import { dataverseBody } from './dataverse-body.ts';
import type { Arrival } from './expected.ts';
import { type ModelCor, modelCorClient, refuse } from './model-cor.ts';
import type { Random } from './random.ts';
import { quiet, Turnstile } from './turnstile.ts';

interface Message {
  readonly sequence: number;
  readonly body: Uint8Array;
  readonly properties: Readonly<Record<string, unknown>>;
  deliveryCount: number;
  holder: number | undefined;
  end: 'completed' | 'deadLettered' | 'replayed' | undefined;
  reason?: string;
}

export interface Trouble {
  readonly workers: number;
  /** Messages that a worker may have in hand at once. */
  readonly inHand: number;
  /** How many faults there are in all, so that every history comes to an end. */
  readonly crashes: number;
  readonly corFailures: number;
  readonly storageFailures: number;
  /**
   * Locks that end while the worker goes on: the message is delivered again beside it. Not together with
   * crashes: a worker that calls COR after its lock ended and dies before it has saved leaves something that
   * nothing is left to mend.
   */
  readonly lostLocks: number;
  /** Dead letters that are replayed at random moments; each message once. */
  readonly replays: number;
  /** `false`: what fails in a way that passes is dead-lettered at once, `RetriesExhausted`. */
  readonly retries: boolean;
}

const MAPPING = loadMapping('project-team');
const STEP_MS = 10_000;
const MOST_STEPS = 20_000;

/**
 * A queue, a ledger, COR, and workers that run the connector's own message handling, all in one thread and in
 * random order.
 */
export class Cluster {
  readonly ledger = createMemoryLedger();
  readonly messages: Message[];
  private readonly cor: ModelCor;
  private readonly random: Random;
  private readonly trouble: Trouble;
  private readonly turnstile: Turnstile;
  private readonly left: Record<
    'crashes' | 'corFailures' | 'storageFailures' | 'lostLocks' | 'replays',
    number
  >;
  private workers: { id: number; handle: (message: Message) => Promise<void> }[] = [];
  private born = 0;
  private now = Date.UTC(2026, 5, 1);

  constructor(arrivals: readonly Arrival[], cor: ModelCor, trouble: Trouble, random: Random) {
    this.cor = cor;
    this.random = random;
    this.trouble = trouble;
    this.left = { ...trouble };
    this.turnstile = new Turnstile(random);
    this.messages = [];
    this.enqueue(arrivals);
    for (let count = 0; count < trouble.workers; count += 1) this.workers.push(this.worker());
  }

  private message(
    sequence: number,
    body: Uint8Array,
    properties: Readonly<Record<string, unknown>>,
  ): Message {
    return { sequence, body, properties, deliveryCount: 0, holder: undefined, end: undefined };
  }

  private spend(fault: keyof Cluster['left'], probability: number): boolean {
    if (this.left[fault] <= 0 || !this.random.chance(probability)) return false;
    this.left[fault] -= 1;
    return true;
  }

  /** A step in the world: it may fail before it has an effect, or after. */
  private async step<T>(
    worker: number,
    effect: () => Promise<T> | T,
    fault: 'corFailures' | 'storageFailures',
    fail: () => T,
  ): Promise<T> {
    await this.turnstile.pass(worker);
    if (this.spend(fault, 0.08)) return fail();
    const result = await effect();
    await this.turnstile.pass(worker);
    return this.spend(fault, 0.08) ? fail() : result;
  }

  private guardedLedger(worker: number): Ledger {
    const fail = (): never => {
      throw Object.assign(new Error('storage is down'), { code: 'ServerBusy', statusCode: 503 });
    };
    return {
      load: (user) => this.step(worker, () => this.ledger.load(user), 'storageFailures', fail),
      save: (document, etag, rule) =>
        this.step(worker, () => this.ledger.save(document, etag, rule), 'storageFailures', fail),
      users: () => this.ledger.users(),
      due: (day, rule) => this.ledger.due(day, rule),
      check: async () => {},
    };
  }

  private worker(): Cluster['workers'][number] {
    this.born += 1;
    const id = this.born;
    const around = (call: () => CorAnswer): Promise<CorAnswer> =>
      this.step(id, call, 'corFailures', () => refuse('transient', 'ECONNRESET'));
    const users = createUserSync({
      ledger: this.guardedLedger(id),
      cor: modelCorClient(this.cor, around),
      slots: createCallSlots(2),
      breaker: createCircuitBreaker({ now: () => this.now }),
      rule: MAPPING.percentage,
      today: () => '2026-03-04',
      log: () => {},
      createMissing: false,
    });
    const handle = (message: Message): Promise<void> => {
      const lock = `${message.sequence}/${message.deliveryCount}`;
      return processMessage(
        message.body,
        {
          lockToken: lock,
          sequenceNumber: message.sequence,
          deliveryCount: message.deliveryCount,
          contentType: 'application/json',
          applicationProperties: message.properties,
        },
        {
          mapping: MAPPING,
          users,
          policy: { retryWindowMs: this.trouble.retries ? Number.MAX_SAFE_INTEGER : 0, unmappedGraceMs: 0 },
          clock: { now: () => this.now, sleep: () => this.turnstile.pass(id) },
          log: () => {},
          random: () => this.random.next(),
          organizations: anyOrganization(),
          settlement: {
            deadLetter: async (lockToken, reason) => {
              await this.turnstile.pass(id);
              if (lockToken !== this.lockOf(message)) throw new Error('The lock is lost.');
              message.end = 'deadLettered';
              message.holder = undefined;
              message.reason = reason;
              await this.turnstile.pass(id);
            },
          },
          retryQueue: {
            schedule: async (copy) => {
              await this.turnstile.pass(id);
              this.messages.push(
                this.message(this.messages.length + 1_000_000, copy.body, copy.applicationProperties),
              );
              await this.turnstile.pass(id);
            },
            close: async () => {},
          },
        },
      );
    };
    return { id, handle };
  }

  /** The lock under which a message is held now, if it is. */
  private lockOf({ sequence, deliveryCount, holder }: Message): string | undefined {
    return holder === undefined ? undefined : `${sequence}/${deliveryCount}`;
  }

  private receive(): boolean {
    const worker = this.random.pick(this.workers);
    const inHand = this.messages.filter((message) => message.holder === worker.id).length;
    const available = this.messages.filter(
      (message) => message.end === undefined && message.holder === undefined,
    );
    if (available.length === 0 || inHand >= this.trouble.inHand) return false;
    const message = this.random.pick(available);
    message.holder = worker.id;
    message.deliveryCount += 1;
    const lock = this.lockOf(message);
    const settled = (end: Message['end']) => () => {
      // A lock that is lost settles nothing.
      if (this.lockOf(message) !== lock) return;
      message.end = end;
      message.holder = undefined;
    };
    worker.handle(message).then(settled('completed'), settled(undefined));
    return true;
  }

  private crash(): void {
    const index = this.random.below(this.workers.length);
    const worker = this.workers[index];
    if (!worker) return;
    this.turnstile.drop(worker.id);
    for (const message of this.messages) if (message.holder === worker.id) message.holder = undefined;
    this.workers[index] = this.worker();
  }

  private loseLock(): void {
    const held = this.messages.filter(({ holder }) => holder !== undefined);
    if (held.length > 0) this.random.pick(held).holder = undefined;
  }

  /** Puts a dead letter back into the queue, as `replayCopy` does. */
  private replay(letter: Message): void {
    letter.end = 'replayed';
    const { sequence, body, properties } = letter;
    this.messages.push(
      this.message(this.messages.length + 1_000_000, body, {
        [PROPERTY.firstSequenceNumber]: properties[PROPERTY.firstSequenceNumber] ?? sequence,
        [PROPERTY.replayed]: true,
      }),
    );
  }

  private replayOne(): void {
    const letters = this.messages.filter(({ end }) => end === 'deadLettered');
    if (letters.length > 0) this.replay(this.random.pick(letters));
  }

  replayAll(): void {
    for (const message of [...this.messages]) if (message.end === 'deadLettered') this.replay(message);
  }

  /** From now on nothing fails. */
  calm(): void {
    for (const fault of Object.keys(this.left) as (keyof Cluster['left'])[]) this.left[fault] = 0;
  }

  /** More messages that enter the queue. */
  enqueue(arrivals: readonly Arrival[]): void {
    for (const { event, sequence } of arrivals)
      this.messages.push(this.message(sequence, dataverseBody(event), {}));
  }

  /** Runs until every message has ended. Throws when that does not happen: something hangs. */
  async run(): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      this.now += STEP_MS;
      await quiet();
      if (this.messages.every(({ end }) => end !== undefined) && this.turnstile.waiting === 0) return;
      if (this.spend('crashes', 0.02)) this.crash();
      if (this.spend('lostLocks', 0.03)) this.loseLock();
      if (this.spend('replays', 0.05)) this.replayOne();
      if (this.random.chance(0.3) && this.receive()) continue;
      if (!this.turnstile.letOneThrough()) this.receive();
    }
    throw new Error(
      `Not done after ${MOST_STEPS} steps: ${this.messages.filter(({ end }) => end === undefined).length} messages left`,
    );
  }
}
