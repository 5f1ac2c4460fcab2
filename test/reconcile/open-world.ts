import type { LocalDataverse, LocalDataverseOptions } from '../../local/dataverse/options.ts';
import { STORY_DAY } from '../../local/events/story-day.ts';
import { loadMapping, type Mapping } from '../../src/dynamics/mapping.ts';
import { forgetVersions } from '../../src/ledger/forget-versions.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { merge } from '../../src/ledger/merge.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { createStoredLedger } from '../../src/ledger/stored-ledger.ts';
import { decodeUserMessage, type UserMessage } from '../../src/messaging/user-message.ts';
import type { RunWorld } from '../../src/reconcile/run.ts';
import { openReader } from '../dataverse/open-reader.ts';

/** A world over a real local Dataverse, whose messages wait until the test has them handled. */
export interface OpenWorld {
  readonly dataverse: LocalDataverse;
  readonly world: RunWorld;
  readonly ledger: Ledger;
  readonly queue: UserMessage[];
  /** Handles what waits as the app does, with a COR that takes everything. */
  handleAll(): Promise<void>;
  /** Who has which row: `user row`. */
  held(): Promise<string[]>;
}

const RESOURCE_ASSIGNMENT = loadMapping('resource-assignment');

async function handle(
  { user, changes, why, run }: UserMessage,
  ledger: Ledger,
  mapping: Mapping,
): Promise<void> {
  const { document, etag } = await ledger.load(user);
  const forgotten = why === 'forget' ? forgetVersions(document, Date.parse(run ?? '')) : document;
  const sequenced = changes.map((change) => ({ change, sequence: 1, enqueuedAt: Date.now() }));
  const merged = merge(forgotten, sequenced, STORY_DAY);
  const wanted = percentagesOn(merged.assignments, mapping.percentage, STORY_DAY);
  const told = Object.fromEntries([...wanted].map(([id, { percentage }]) => [id, percentage]));
  await ledger.save({ ...merged, told, asOf: STORY_DAY }, etag);
}

/** Opened for one test. */
export async function openWorld(
  options: LocalDataverseOptions = {},
  mapping: Mapping = RESOURCE_ASSIGNMENT,
): Promise<OpenWorld> {
  const { dataverse, reader } = await openReader(options);
  const store = createMemoryStore();
  const ledger = createStoredLedger(store);
  const queue: UserMessage[] = [];
  const world: RunWorld = {
    reader,
    ledger,
    documents: createNamedDocuments(store),
    queue: {
      async schedule({ body }) {
        const decoded = decodeUserMessage(body);
        if (decoded.outcome !== 'decoded') throw new Error(decoded.description);
        queue.push(decoded.message);
      },
    },
    waiting: async () => new Set(),
    mapping,
    organization: undefined,
    now: Date.now,
    today: () => STORY_DAY,
  };
  return {
    dataverse,
    world,
    ledger,
    queue,
    async handleAll() {
      for (const message of queue.splice(0)) await handle(message, ledger, mapping);
    },
    async held() {
      const found: string[] = [];
      for await (const user of ledger.users())
        for (const [record, { state }] of Object.entries((await ledger.load(user)).document.assignments))
          if (state === 'assigned') found.push(`${user} ${record}`);
      return found.sort();
    },
  };
}
