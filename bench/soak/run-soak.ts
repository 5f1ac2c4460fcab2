import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ServiceBusClient } from '@azure/service-bus';
import { peekAll } from '../../local/broker/peek-all.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type SoakEvents, soakEvents } from './events.ts';
import { createWatch, type Watch } from './watch.ts';

export interface SoakOptions {
  readonly messages: number;
  readonly seed: number;
  /** Share of messages that can never succeed, and of COR calls that fail in passing. */
  readonly permanent: number;
  readonly transient: number;
  /** How long COR is away at each of its two restarts. */
  readonly corDownMs: number;
  readonly lockDurationMs: number;
  readonly unmappedGrace: string;
  /** How long the queue is waited for before the copies that are still scheduled are brought forward. */
  readonly patienceMs: number;
  /** Longest time in all. */
  readonly longestMs: number;
  readonly ledger?: 'azurite' | 'memory';
  /** Of the app; default: the connector that `npm run bundle` has built. */
  readonly directory?: string;
  onProgress?(text: string): void;
}

export interface SoakResult {
  readonly sent: number;
  readonly completed: number;
  readonly deadLettered: number;
  readonly waiting: number;
  /** Message ids that are nowhere. */
  readonly lost: readonly string[];
  /** Dead letters of messages that nothing was wrong with, or of another reason than theirs: id and reason. */
  readonly wronglyDead: readonly string[];
  /** Users whose workspaces in COR are not what the events say. */
  readonly wrongUsers: readonly string[];
  readonly deadLettersByReason: Readonly<Record<string, number>>;
  /** Copies that were brought forward at the end, because they were scheduled up to 15 min later. */
  readonly broughtForward: number;
  readonly seconds: number;
  readonly corCalls: number;
  readonly corCallsByStatus: Readonly<Record<string, number>>;
  readonly retries: number;
  /** By reason. */
  readonly pauses: Readonly<Record<string, number>>;
  readonly held: number;
  readonly redeliveries: number;
}

const QUEUE = 'soak';
/** As many of them as fit in a message of the Standard tier. */
const BATCH = 50;

async function sendAll({ broker }: Stack, { messages }: SoakEvents): Promise<void> {
  const client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { timeoutInMs: 2_000, retryDelayInMs: 50 },
  });
  const sender = client.createSender(QUEUE);
  for (let from = 0; from < messages.length; from += BATCH)
    await sender.sendMessages(messages.slice(from, from + BATCH));
  await client.close();
}

/** Two restarts of COR and one lost connection to the broker, at random points of the way. */
async function accidents(stack: Stack, watch: Watch, options: SoakOptions): Promise<void> {
  const { messages, seed, corDownMs, onProgress } = options;
  const random = seededRandom(seed + 1);
  const restart = () => stack.cor.restart(corDownMs);
  const drop = async () => stack.broker.dropConnections();
  const plan: [from: number, name: string, happens: () => Promise<void>][] = [
    [0.1, 'COR restarts', restart],
    [0.4, 'broker connections drop', drop],
    [0.6, 'COR restarts', restart],
  ];
  for (const [from, name, happens] of plan) {
    await watch.ended(Math.floor(messages * (from + 0.2 * random.next())));
    onProgress?.(`${name} after ${watch.completed.size} messages`);
    await happens();
    // One accident at a time: each has to be seen for itself.
    await sleep(corDownMs / 2);
  }
}

/**
 * Waits until the queue is empty. A message that met several failures comes back up to 15 min later: once only such copies are left
 * they are brought forward.
 */
async function drain({ broker }: Stack, options: SoakOptions, until: number): Promise<number> {
  let broughtForward = 0;
  while (performance.now() < until) {
    const emptied = broker.waitUntilIdle(QUEUE, options.patienceMs).then(
      () => true,
      () => false,
    );
    if (await emptied) break;
    const { active, locked, scheduled } = broker.counts(QUEUE);
    options.onProgress?.(`${active} active, ${locked} locked, ${scheduled} scheduled`);
    if (active > 0 || locked > 0) continue;
    broughtForward += scheduled;
    // Not by the broker's clock: it would stay ahead of the app's, and every copy would come back at once.
    broker.enqueueScheduled(QUEUE);
  }
  return broughtForward;
}

async function verify(
  { broker, cor }: Stack,
  { messages, expected }: SoakEvents,
  watch: Watch,
): Promise<
  Pick<SoakResult, 'completed' | 'deadLettered' | 'waiting' | 'lost' | 'wronglyDead' | 'wrongUsers'> & {
    deadLettersByReason: Record<string, number>;
  }
> {
  const { connectionString } = broker;
  const waiting = await peekAll(connectionString, QUEUE);
  const dead = await peekAll(connectionString, QUEUE, { subQueueType: 'deadLetter' });
  const deadLettersByReason: Record<string, number> = {};
  const wronglyDead: string[] = [];
  const lost: string[] = [];
  let completed = 0;
  for (const { messageId, mayDieOf } of messages) {
    const reason = dead.get(messageId)?.deadLetterReason;
    if (reason !== undefined) {
      deadLettersByReason[reason] = (deadLettersByReason[reason] ?? 0) + 1;
      if (reason !== mayDieOf)
        wronglyDead.push(`${messageId} (${reason}: ${dead.get(messageId)?.deadLetterErrorDescription})`);
    } else if (waiting.has(messageId)) continue;
    else if (watch.completed.has(messageId) && mayDieOf !== 'NotJson') completed += 1;
    else lost.push(messageId);
  }
  const state = cor.state();
  const wrongUsers = Object.keys(state).filter(
    (user) => !isDeepStrictEqual(state[user], { ...expected[user] }),
  );
  return {
    completed,
    deadLettered: dead.size,
    waiting: waiting.size,
    lost,
    wronglyDead,
    wrongUsers,
    deadLettersByReason,
  };
}

/** Sends random events through the whole system while parts of it fail, and finds out where every message has gone. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { permanent, transient, seed, onProgress } = options;
  const events = soakEvents(options.messages, permanent, seededRandom(seed));
  let watch: Watch | undefined;
  const stack = await startStack({
    apps: [
      {
        queue: QUEUE,
        env: { MAPPING: 'project-team', UNMAPPED_GRACE: options.unmappedGrace },
        ...(options.directory !== undefined && { directory: options.directory }),
        onLine: (line) => watch?.hear(line),
      },
    ],
    cor: {
      users: events.users,
      workspaces: events.projects,
      // The harder kind: the call has taken effect, and its answer is lost.
      switches: { failRate: { rate: transient, seed, status: 'drop', when: 'after' } },
    },
    queue: { lockDurationMs: options.lockDurationMs },
    ledger: options.ledger ?? 'azurite',
  });
  try {
    watch = createWatch(stack.broker, QUEUE);
    const started = performance.now();
    const accidentsHappen = accidents(stack, watch, options);
    await sendAll(stack, events);
    onProgress?.(`sent after ${Math.round((performance.now() - started) / 1_000)} s`);
    await accidentsHappen;
    const sent = events.messages.length;
    const broughtForward = await drain(stack, options, started + options.longestMs);
    const seconds = (performance.now() - started) / 1_000;
    // The last lines of the log are under way from the other process.
    await sleep(200);
    const found = await verify(stack, events, watch);
    const { byStatus, byOperation } = stack.cor.counts;
    return {
      sent,
      ...found,
      broughtForward,
      seconds,
      corCalls: byOperation.attach + byOperation.detach,
      corCallsByStatus: byStatus,
      retries: watch.events.get('message.retried') ?? 0,
      pauses: Object.fromEntries(watch.pauses),
      held: watch.events.get('message.held') ?? 0,
      redeliveries: watch.redeliveries,
    };
  } finally {
    await stack.stop();
  }
}

function some(found: readonly string[]): string {
  return `${found.slice(0, 5).join(', ')} (${found.length} in all)`;
}

/** What must not be; empty when all is well. */
export function problemsOf(result: SoakResult): string[] {
  const { sent, completed, deadLettered, waiting, lost, wronglyDead, wrongUsers } = result;
  const sum = completed + deadLettered;
  return [
    ...(sum === sent
      ? []
      : [`${sent} were sent, ${completed} completed + ${deadLettered} dead-lettered = ${sum}`]),
    ...(waiting === 0 ? [] : [`${waiting} are still in the queue`]),
    ...(lost.length === 0 ? [] : [`lost: ${some(lost)}`]),
    ...(wronglyDead.length === 0 ? [] : [`given up for no fault of theirs: ${some(wronglyDead)}`]),
    ...(wrongUsers.length === 0 ? [] : [`COR holds something else for ${wrongUsers.length} users`]),
  ];
}
