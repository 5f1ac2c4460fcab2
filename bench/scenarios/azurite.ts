import { startLocalStorage } from '../../local/storage/azurite.ts';
import { interleave } from '../interleave.ts';
import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import type { Scenario } from '../measurement.ts';
import { summarize } from '../statistics.ts';

/** What keeping the ledger in blobs costs: Azurite is a third process on the same cores, and slower than Azure's own storage. */
export const scenario: Scenario = {
  limitSeconds: 90,
  async run(size) {
    const [count, rounds] = size === 'full' ? [500, 3] : [200, 1];
    const storage = await startLocalStorage();
    const system = await startSystem(['blobs', 'memory']);
    try {
      await system.startApp({
        queue: 'blobs',
        env: { AzureWebJobsStorage: storage.connectionString, LedgerStorage: '' },
      });
      await system.startApp({ queue: 'memory' });
      const nextUsers = distinctUsers(9);
      const rate = async (queue: string) => count / (await system.process(queue, nextUsers(count)));
      const pairs = await interleave(
        rounds,
        () => rate('blobs'),
        () => rate('memory'),
      );
      const { ours, reference, ratio } = summarize(pairs);
      return {
        measurements: [
          {
            name: 'whole app, ledger in Azurite ÷ ledger in memory',
            value: ours,
            unit: 'messages/s',
            reference,
            ratio,
          },
        ],
      };
    } finally {
      await Promise.allSettled([system.stop(), storage.stop()]);
    }
  },
};
