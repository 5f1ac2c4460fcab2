import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import { STORY_DAY } from '../../local/events/story-day.ts';
import { openReader } from '../../src/dataverse/open-reader.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import type { LogLine } from '../../src/log.ts';
import { reconcile } from '../../src/reconcile/run.ts';
import { failedLine, finishedLine } from '../../src/reconcile/run-line.ts';

/** The lines of a comparison with a local Dataverse, and one that cannot reach it. */
export async function comparisons(): Promise<LogLine[]> {
  const dataverse = await startLocalDataverse({ rows: 'samples' });
  const origin = dataverse.url;
  const reader = openReader({ origin, staticToken: dataverse.token }, { firstPauseMs: 1 });
  const world = {
    reader,
    ledger: createMemoryLedger(),
    documents: createNamedDocuments(createMemoryStore()),
    queue: { schedule: async () => {} },
    waiting: async () => new Set<string>(),
    mapping: loadMapping('resource-assignment'),
    organization: undefined,
    now: Date.now,
    today: () => STORY_DAY,
  };
  try {
    const report = await reconcile(world, { by: 'timer' });
    await dataverse.close();
    const failed = await reconcile(world, { by: 'timer' }).catch((error: unknown) => failedLine(error, 10));
    return 'evt' in failed ? [finishedLine(report), failed] : [];
  } finally {
    await reader.close();
  }
}
