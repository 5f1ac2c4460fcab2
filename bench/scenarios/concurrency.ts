import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import { atLeast, type RatePoint, type Scenario } from '../measurement.ts';
import { median } from '../statistics.ts';

const LATENCY_MS = 150;
/** The number of calls in flight that has a target, and those around it for the plot. */
const JUDGED = 32;
const OTHERS = [16, 128];

/** How near the whole app comes to what COR's latency and the number of calls in flight allow at most. */
export const scenario: Scenario = {
  limitSeconds: 120,
  async run(size) {
    const [seconds, judgedSeconds, judgedRounds] = size === 'full' ? [1.8, 14, 3] : [0.9, 0.9, 1];
    // As many as the engine wants before it has compiled what there is to compile.
    const [warmUp, judgedWarmUp] = size === 'full' ? [500, 2_000] : [100, 100];
    const system = await startSystem(['app']);
    const nextUsers = distinctUsers(9);

    async function rateAt(
      concurrency: number,
      length: number,
      rounds: number,
      warmUps: number,
    ): Promise<RatePoint> {
      const ideal = (concurrency * 1000) / LATENCY_MS;
      // Whole waves of calls: a wave with one call in it takes as long as a full one.
      const count = concurrency * Math.round((length * 1000) / LATENCY_MS);
      const app = await system.startApp({ queue: 'app', env: { COR_CONCURRENCY: String(concurrency) } });
      // The app warms up without waiting for COR.
      system.cor.set({ latencyMs: 0 });
      await system.drain('app', nextUsers(warmUps));
      system.cor.set({ latencyMs: LATENCY_MS });
      const rates: number[] = [];
      for (let round = 0; round < rounds; round += 1)
        rates.push(count / (await system.process('app', nextUsers(count))));
      await app.stop();
      return { concurrency, rate: median(rates), ideal };
    }

    try {
      const judged = await rateAt(JUDGED, judgedSeconds, judgedRounds, judgedWarmUp);
      const rates = [judged];
      for (const concurrency of OTHERS) rates.push(await rateAt(concurrency, seconds, 1, warmUp));
      rates.sort((a, b) => a.concurrency - b.concurrency);
      return {
        rates,
        measurements: rates.map(({ concurrency, rate, ideal }) => ({
          name: `whole app ÷ ideal, COR latency ${LATENCY_MS} ms, ${concurrency} calls in flight`,
          value: rate,
          unit: 'messages/s',
          reference: ideal,
          ratio: rate / ideal,
          ...(concurrency === JUDGED && { target: atLeast(0.95) }),
        })),
      };
    } finally {
      await system.stop();
    }
  },
};
