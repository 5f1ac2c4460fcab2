import { interleave } from '../interleave.ts';
import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import { atLeast, type Scenario } from '../measurement.ts';
import { summarize } from '../statistics.ts';

const CALLS = 16;
/** As in the shipped host.json. */
const MESSAGES = 512;

/** Rounds until the engine has compiled what there is to compile. The connector has more of it, and runs for hours in practice. */
const WARM_UPS = 5;

/** The connector against the floor, with the same messages, broker, sandbox and number of calls in flight. */
export const scenario: Scenario = {
  limitSeconds: 90,
  async run(size) {
    const [count, rounds, warmUps] = size === 'full' ? [2_000, 5, WARM_UPS] : [500, 2, 1];
    const system = await startSystem(['app', 'floor']);
    try {
      const app = await system.startApp({ queue: 'app', env: { COR_CONCURRENCY: String(CALLS) } });
      const floor = await system.startFloor({
        queue: 'floor',
        messagesInFlight: MESSAGES,
        callsInFlight: CALLS,
      });
      const nextUsers = distinctUsers(9);
      const rate = async (queue: string) => count / (await system.process(queue, nextUsers(count)));
      const cpu = async (process: typeof app, work: () => Promise<number>, into: number[], round: number) => {
        const before = await process.processor();
        const result = await work();
        if (round >= 0) into.push(((await process.processor()) - before) / count);
        return result;
      };
      const appCpu: number[] = [];
      const floorCpu: number[] = [];
      const pairs = await interleave(
        rounds,
        (round) => cpu(app, () => rate('app'), appCpu, round),
        (round) => cpu(floor, () => rate('floor'), floorCpu, round),
        warmUps,
      );
      const { ours, reference, ratio } = summarize(pairs);
      const processor = summarize(
        appCpu.map((own, at) => ({ ours: own, reference: floorCpu[at] as number })),
      );
      return {
        measurements: [
          {
            name: 'whole app ÷ floor (receive, one PUT, complete), ledger in memory',
            value: ours,
            unit: 'messages/s',
            reference,
            ratio,
            target: atLeast(0.6),
          },
          {
            name: 'whole app ÷ floor, processor time of the process for a message',
            value: processor.ours,
            unit: 'ms',
            reference: processor.reference,
            ratio: processor.ratio,
          },
        ],
      };
    } finally {
      await system.stop();
    }
  },
};
