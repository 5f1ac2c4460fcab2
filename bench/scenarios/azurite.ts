import { startLocalStorage } from '../../local/storage/azurite.ts';
import { interleave } from '../interleave.ts';
import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import { atLeast, type Measurement, type Scenario, type Target } from '../measurement.ts';
import { summarize } from '../statistics.ts';

const LATENCY_MS = 150;
const CALLS = '32';

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
        env: { AzureWebJobsStorage: storage.connectionString, LedgerStorage: '', COR_CONCURRENCY: CALLS },
      });
      await system.startApp({ queue: 'memory', env: { COR_CONCURRENCY: CALLS } });
      const nextUsers = distinctUsers(9);
      const rate = async (queue: string) => count / (await system.process(queue, nextUsers(count)));
      const compare = async (name: string, latencyMs: number, target?: Target): Promise<Measurement> => {
        system.cor.set({ latencyMs });
        const {
          ours: value,
          reference,
          ratio,
          spread,
        } = summarize(
          await interleave(
            rounds,
            () => rate('blobs'),
            () => rate('memory'),
          ),
        );
        return { name, value, unit: 'messages/s', reference, ratio, spread, ...(target && { target }) };
      };
      const name = 'whole app, ledger in Azurite ÷ ledger in memory';
      return {
        measurements: [
          await compare(
            `${name}, COR latency ${LATENCY_MS} ms, 32 calls in flight`,
            LATENCY_MS,
            atLeast(0.7),
          ),
          // Azurite takes more of the processors than the app does: this is about Azurite.
          await compare(`${name}, COR without latency`, 0),
        ],
      };
    } finally {
      await Promise.allSettled([system.stop(), storage.stop()]);
    }
  },
};
