import type { Random } from '../../../local/histories/random.ts';
import type { LoadedDocument } from '../../../src/ledger/ledger.ts';
import { createMemoryStore } from '../../../src/ledger/memory-store.ts';
import { createNamedDocuments, type NamedDocuments } from '../../../src/ledger/named-documents.ts';
import { percentagesOn } from '../../../src/ledger/percentages.ts';
import { decodeUserMessage, type UserMessage } from '../../../src/messaging/user-message.ts';
import type { RunWorld } from '../../../src/reconcile/run.ts';
import type { Documents } from '../../ledger/model/documents.ts';
import type { Dynamics } from '../../ledger/model/dynamics.ts';
import { USERS } from '../../ledger/model/play.ts';
import { MODEL_MAPPING, MODEL_TABLE, readRowOf } from './table-of-model.ts';

/** The process ends here, whatever it was doing. */
export class Died extends Error {}

/** A message of a run on its way, with the time at which it entered the queue. */
export interface OnItsWay {
  readonly message: UserMessage;
  readonly at: number;
}

const ORGANIZATION = '6f7d3b1e-52a4-4b0a-9c1d-0e5f6a7b8c9d';
const DAY = '2026-03-01';

/** Comparisons over the model: between any two steps of theirs something may happen, and at any of them the process may die. */
export class Runs {
  readonly queue: OnItsWay[] = [];
  private readonly documents: Documents;
  private readonly dynamics: Dynamics;
  private readonly random: Random;
  private readonly named: NamedDocuments = createNamedDocuments(createMemoryStore());
  private sequence = 500_000;

  constructor(documents: Documents, dynamics: Dynamics, random: Random) {
    this.documents = documents;
    this.dynamics = dynamics;
    this.random = random;
  }

  /** `happens`: what the world does meanwhile; it may throw `Died`. */
  world(happens: () => void): RunWorld {
    const { dynamics } = this;
    const row = (record: string) => {
      const found = dynamics.rows.get(record);
      return found && readRowOf(record, found);
    };
    return {
      reader: {
        whoAmI: async () => ({ organizationId: ORGANIZATION, userId: ORGANIZATION }),
        metadata: async () => MODEL_TABLE,
        async row(_table, record) {
          happens();
          return row(record);
        },
        // A page shows the rows after the last id of the page before, as they are when it is asked for.
        async *rows() {
          let last = '';
          for (;;) {
            happens();
            const [next] = [...dynamics.rows.keys()].filter((id) => id > last).sort();
            if (next === undefined) return;
            const found = row(next);
            yield found ? [found] : [];
            last = next;
          }
        },
      },
      ledger: {
        load: async (user) => {
          happens();
          return this.load(user);
        },
        users: async function* () {
          happens();
          yield* USERS;
        },
      },
      documents: this.named,
      queue: {
        schedule: async ({ body }) => {
          happens();
          const decoded = decodeUserMessage(body);
          if (decoded.outcome !== 'decoded') throw new Error(decoded.description);
          this.queue.push({ message: decoded.message, at: dynamics.now });
        },
      },
      waiting: async () => new Set(),
      mapping: MODEL_MAPPING,
      organization: ORGANIZATION,
      now: () => dynamics.now,
      today: () => DAY,
    };
  }

  /** COR takes whatever it is told. */
  private load(user: string): LoadedDocument {
    const document = this.documents.of(user);
    const told = percentagesOn(document.assignments, MODEL_MAPPING.percentage, DAY);
    const shares = [...told].map(([workspace, { percentage }]) => [workspace, percentage] as const);
    return { document: { ...document, told: Object.fromEntries(shares), asOf: DAY }, etag: '"1"' };
  }

  /** Any message that waits is handled, sometimes twice. */
  deliverOne(): OnItsWay | undefined {
    if (this.queue.length === 0) return undefined;
    const [one] = this.queue.splice(this.random.below(this.queue.length), 1);
    if (!one) return undefined;
    if (this.random.chance(0.1)) this.queue.push(one);
    this.sequence += 1;
    for (const change of one.message.changes)
      this.documents.take({ change, sequence: this.sequence, enqueuedAt: one.at }, this.dynamics.now);
    return one;
  }

  deliverAll(): void {
    while (this.queue.length > 0) this.deliverOne();
  }
}
