import { startCorSandbox } from '../../local/cor/sandbox.ts';
import type { CorSwitchInput } from '../../local/cor/switches.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { createConnector, type World } from '../../src/connector.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import type { LogLine } from '../../src/log.ts';
import type { RetryCopy } from '../../src/messaging/retry-queue.ts';
import { assignmentBody, PROJECT } from '../dead-letters/assignment-body.ts';
import { settingsOver } from './one-connector.ts';

const MINUTE = 60_000;

/** A message as it waits: when it may be handled, and what its copy carries. */
interface Queued {
  readonly due: number;
  readonly body: Uint8Array;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly contentType?: string | undefined;
}

export interface Played {
  readonly lines: readonly LogLine[];
  /** Calls to COR that are about a user. */
  readonly calls: number;
  readonly deadLetters: readonly { readonly reason: string; readonly description: string }[];
  /** Copies that are still scheduled, with the user's number. */
  readonly waiting: readonly Queued[];
  /** When the copy comes back, milliseconds after it was sent; in the order in which they were sent. */
  readonly delays: readonly number[];
  /** Users that COR holds as the messages say. */
  readonly done: number;
  /** Minutes that went by on the queue's clock. */
  readonly minutes: number;
}

export const userOf = (number: number) => `1d6c1a52-0a65-4c58-9c2b-${String(number).padStart(12, '0')}`;

export interface Scene {
  readonly users: number;
  readonly switches?: CorSwitchInput;
  /** How long the scene is played, on the queue's clock. Default 20 minutes. */
  readonly minutes?: number;
  /** What changes on the way: called before each message with the time since the start. */
  readonly onTime?: (ms: number, set: (switches: CorSwitchInput) => void) => void;
  /** Users that COR does not know. */
  readonly unknown?: number;
  readonly world?: Partial<World>;
}

/**
 * The connector's own message handling over the sandbox of COR and a queue on a clock of its own: messages that are due are handled
 * sixteen at a time, as the host would.
 */
export async function play(scene: Scene): Promise<Played> {
  const { users, unknown = 0, minutes = 20 } = scene;
  const known = Array.from({ length: users - unknown }, (_, number) => userOf(number));
  const sandbox = await startCorSandbox({
    users: known,
    workspaces: [PROJECT],
    ...(scene.switches && { switches: scene.switches }),
  });
  const start = Date.UTC(2026, 0, 5, 8);
  const random = seededRandom(7);
  let now = start;
  const lines: LogLine[] = [];
  const deadLetters: { reason: string; description: string }[] = [];
  const delays: number[] = [];
  let queue: Queued[] = Array.from({ length: users }, (_, number) => ({
    due: start,
    body: assignmentBody(userOf(number), userOf(number)),
    properties: {},
  }));
  const settings = settingsOver(sandbox, { UNMAPPED_GRACE: '0s' });
  const connector = createConnector(settings, (_level, line) => void lines.push(line), {
    ledger: createMemoryLedger(),
    clock: { now: () => now, sleep: async () => undefined },
    random: () => random.next(),
    settlement: {
      deadLetter: async (_token, reason, description) => void deadLetters.push({ reason, description }),
    },
    retryQueue: {
      async schedule(copy: RetryCopy, at: number) {
        delays.push(at - now);
        const { body, applicationProperties: properties, contentType } = copy;
        queue.push({ due: at, body, properties, contentType });
      },
      close: async () => undefined,
    },
    ...scene.world,
  });
  let sequence = 0;
  try {
    for (;;) {
      queue.sort((a, b) => a.due - b.due);
      const [first] = queue;
      if (!first || first.due > start + minutes * MINUTE) break;
      now = Math.max(now, first.due);
      scene.onTime?.(now - start, sandbox.set);
      const batch = queue.filter(({ due }) => due <= now).slice(0, 16);
      queue = queue.filter((one) => !batch.includes(one));
      await Promise.all(
        batch.map(({ body, properties, contentType = 'application/json' }) => {
          sequence += 1;
          return connector.handle(body, {
            lockToken: `lock-${sequence}`,
            messageId: `message-${sequence}`,
            sequenceNumber: sequence,
            deliveryCount: 1,
            enqueuedTimeUtc: new Date(now).toISOString(),
            contentType,
            applicationProperties: properties,
          });
        }),
      );
    }
    return {
      lines,
      calls: sandbox.calls.filter(({ operation }) => operation !== 'token').length,
      deadLetters,
      waiting: queue,
      delays,
      done: Object.values(sandbox.state()).filter((held) => held[PROJECT] !== undefined).length,
      minutes: (now - start) / MINUTE,
    };
  } finally {
    await connector.close();
    await sandbox.stop();
  }
}
