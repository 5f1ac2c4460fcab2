import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import { atLeast, type RatePoint, type Scenario } from '../measurement.ts';
import { median, spread } from '../statistics.ts';

const LATENCY_MS = 150;
const CALLS_IN_FLIGHT = [16, 32, 128];

/** How near the whole app comes to what COR's latency and the number of calls in flight allow at most. */
export const scenario: Scenario = {
  limitSeconds: 150,
  async run(size) {
    // The first wave of calls comes late and the last is not full: both are little of so many.
    const [seconds, rounds] = size === 'full' ? [9, 3] : [0.9, 1];
    // As many as the engine wants before it has compiled what there is to compile.
    const warmUps = size === 'full' ? 2_000 : 100;
    const system = await startSystem(['app']);
    const nextUsers = distinctUsers(9);

    async function rateAt(concurrency: number): Promise<RatePoint & { spread: number }> {
      const ideal = (concurrency * 1000) / LATENCY_MS;
      // Whole waves of calls: a wave with one call in it takes as long as a full one.
      const count = concurrency * Math.round((seconds * 1000) / LATENCY_MS);
      const app = await system.startApp({ queue: 'app', env: { COR_CONCURRENCY: String(concurrency) } });
      // The app warms up without waiting for COR.
      system.cor.set({ latencyMs: 0 });
      await system.drain('app', nextUsers(warmUps));
      system.cor.set({ latencyMs: LATENCY_MS });
      const rates: number[] = [];
      for (let round = 0; round < rounds; round += 1)
        rates.push(count / (await system.process('app', nextUsers(count))));
      await app.stop();
      return { concurrency, rate: median(rates), ideal, spread: spread(rates) };
    }

    try {
      const rates: Awaited<ReturnType<typeof rateAt>>[] = [];
      for (const concurrency of CALLS_IN_FLIGHT) rates.push(await rateAt(concurrency));
      const [first] = rates;
      return {
        rates,
        ...(first && { facts: { eventsPerSecond: first.rate } }),
        measurements: rates.map(({ concurrency, rate, ideal, spread }) => ({
          name: `whole app ÷ ideal, COR latency ${LATENCY_MS} ms, ${concurrency} calls in flight`,
          value: rate,
          unit: 'messages/s',
          reference: ideal,
          ratio: rate / ideal,
          spread,
          target: atLeast(0.97),
        })),
      };
    } finally {
      await system.stop();
    }
  },
};
