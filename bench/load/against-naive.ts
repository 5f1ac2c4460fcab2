import type { ServiceBusMessage } from '@azure/service-bus';
import { interleave } from '../interleave.ts';
import { atLeast, type Measurement, valueAtMost } from '../measurement.ts';
import { median, summarize } from '../statistics.ts';
import { buildApp } from './build-app.ts';
import { startSystem } from './system.ts';

export const LATENCY_MS = 150;
const CALLS = 16;

/** Messages that arrive at once, in the order in which they do. */
export interface Arrivals {
  /** What was handled before, while COR answered without latency. */
  readonly before: readonly ServiceBusMessage[];
  readonly messages: readonly ServiceBusMessage[];
  /** The percentage that the newest state gives, by workspace by user. */
  readonly truth: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface Comparison {
  readonly what: string;
  readonly rounds: number;
  /** How many times fewer calls, and how many times sooner, than the naive handler. */
  readonly fewerCalls: number;
  readonly sooner: number;
  /** Of users that no other number names. Small whole numbers. */
  arrivals(number: number): Arrivals;
}

type State = Readonly<Record<string, Readonly<Record<string, number>>>>;

function countWrong(truth: Arrivals['truth'], state: State): number {
  let wrong = 0;
  for (const [user, shares] of truth) {
    const held = state[user] ?? {};
    for (const workspace of new Set([...shares.keys(), ...Object.keys(held)]))
      if (!(Math.abs((held[workspace] ?? -1) - (shares.get(workspace) ?? -1)) < 0.005)) wrong += 1;
  }
  return wrong;
}

/** The connector, as it is shipped, against a handler that makes a call for each event; both with the same calls in flight. */
export async function againstNaive(comparison: Comparison): Promise<Measurement[]> {
  const { rounds, arrivals } = comparison;
  const naive = await buildApp(
    { entryPoints: ['bench/naive-handler.ts'] },
    { extensions: { serviceBus: { maxConcurrentCalls: CALLS } } },
  );
  const system = await startSystem(['app', 'naive']);
  try {
    await system.startApp({ queue: 'app', env: { COR_CONCURRENCY: String(CALLS) } });
    await system.startApp({ queue: 'naive', appDirectory: naive.directory });
    const calls = { app: [] as number[], naive: [] as number[] };
    const wrong = { app: [] as number[], naive: [] as number[] };
    const seconds = async (queue: 'app' | 'naive', round: number) => {
      const { before, messages, truth } = arrivals(2 * (round + 1) + (queue === 'app' ? 0 : 1));
      system.cor.set({ latencyMs: 0 });
      if (before.length > 0) await system.drain(queue, before);
      // Both warm up without waiting for COR.
      if (round >= 0) system.cor.set({ latencyMs: LATENCY_MS });
      system.cor.clearCalls();
      const took = await system.process(queue, messages);
      if (round < 0) return took;
      const { attach, detach } = system.cor.counts.byOperation;
      calls[queue].push(attach + detach);
      wrong[queue].push(countWrong(truth, system.cor.state()));
      return took;
    };
    const pairs = await interleave(
      rounds,
      (round) => seconds('app', round),
      (round) => seconds('naive', round),
    );
    return measurementsOf(comparison, summarize(pairs), calls, wrong);
  } finally {
    await system.stop();
    naive.remove();
  }
}

type Counts = Readonly<Record<'app' | 'naive', readonly number[]>>;

function measurementsOf(
  { what, fewerCalls, sooner, arrivals }: Comparison,
  time: ReturnType<typeof summarize>,
  calls: Counts,
  wrong: Counts,
): Measurement[] {
  const [ownCalls, naiveCalls] = [median(calls.app), median(calls.naive)];
  const shares = [...arrivals(0).truth.values()].reduce((sum, { size }) => sum + size, 0);
  return [
    {
      name: `${what}: naive handler's COR calls ÷ the connector's`,
      value: ownCalls,
      unit: 'calls',
      reference: naiveCalls,
      ratio: naiveCalls / ownCalls,
      steady: true,
      target: atLeast(fewerCalls),
    },
    {
      name: `${what}: naive handler's time ÷ the connector's`,
      value: time.ours,
      unit: 's',
      reference: time.reference,
      ratio: 1 / time.ratio,
      spread: time.spread,
      target: atLeast(sooner),
    },
    {
      name: `${what}: percentages in COR that are not the newest afterwards`,
      value: Math.max(...wrong.app),
      unit: `of ${shares}`,
      reference: median(wrong.naive),
      steady: true,
      target: valueAtMost(0),
    },
  ];
}
