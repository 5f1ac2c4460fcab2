import type { ServiceBusMessage } from '@azure/service-bus';
import { seededRandom } from '../../local/histories/random.ts';
import { interleave } from '../interleave.ts';
import { assignmentTemplate, numberedGuid } from '../load/assignment-messages.ts';
import { buildApp } from '../load/build-app.ts';
import { startSystem } from '../load/system.ts';
import { atLeast, type Scenario, valueAtMost } from '../measurement.ts';
import { median, summarize } from '../statistics.ts';

const LATENCY_MS = 150;
const CALLS = 16;
const USERS = 50;
const WORKSPACES_PER_USER = 8;
/** A project plan is published: every row is created, and changed while somebody still works on it. */
const VERSIONS = 5;
/** 8 h a day from Monday 2 to Friday 27 March: 20 days. */
const HOURS_OF_ALL = 160;

interface Burst {
  readonly messages: ServiceBusMessage[];
  /** The percentage that the newest version gives, by workspace by user. */
  readonly truth: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Events in random order, of users that no other round knows. */
function burst(round: number, users: number, versions: number): Burst {
  const write = assignmentTemplate(9);
  const random = seededRandom(round);
  const truth = new Map<string, Map<string, number>>();
  const messages: ServiceBusMessage[] = [];
  for (let at = 0; at < users; at += 1) {
    const user = numberedGuid(2, round * users + at);
    const shares = new Map<string, number>();
    truth.set(user, shares);
    for (let row = 0; row < WORKSPACES_PER_USER; row += 1) {
      const workspace = numberedGuid(3, row);
      for (let version = 0; version < versions; version += 1) {
        const hours = 10 + row + version * 10;
        shares.set(workspace, Math.floor((10_000 * hours) / HOURS_OF_ALL) / 100);
        const record = numberedGuid(1, (round * users + at) * WORKSPACES_PER_USER + row);
        messages.push({
          messageId: `${record}-${version}`,
          contentType: 'application/json',
          body: write({ record, user, workspace, hours, version: 1_000_000 + version }),
        });
      }
    }
  }
  return { messages: random.shuffle(messages), truth };
}

function countWrong(
  truth: Burst['truth'],
  state: Readonly<Record<string, Readonly<Record<string, number>>>>,
) {
  let wrong = 0;
  for (const [user, shares] of truth)
    for (const [workspace, share] of shares)
      if (Math.abs((state[user]?.[workspace] ?? -1) - share) > 0.005) wrong += 1;
  return wrong;
}

/** Many events of few users at once: the connector, as it is shipped, against a handler that makes a call for each. */
export const scenario: Scenario = {
  limitSeconds: 110,
  async run(size) {
    const [users, versions, rounds] = size === 'full' ? [USERS, VERSIONS, 3] : [10, 3, 1];
    const events = users * versions * WORKSPACES_PER_USER;
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
        const { messages, truth } = burst(2 * (round + 1) + (queue === 'app' ? 0 : 1), users, versions);
        // Both warm up without waiting for COR.
        system.cor.set({ latencyMs: round < 0 ? 0 : LATENCY_MS });
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
      const time = summarize(pairs);
      const [ownCalls, naiveCalls] = [median(calls.app), median(calls.naive)];
      const what = `burst of ${events} events over ${users} users, COR latency ${LATENCY_MS} ms`;
      return {
        measurements: [
          {
            name: `${what}: naive handler's COR calls ÷ the connector's`,
            value: ownCalls,
            unit: 'calls',
            reference: naiveCalls,
            ratio: naiveCalls / ownCalls,
            steady: true,
            target: atLeast(10),
          },
          {
            name: `${what}: naive handler's time ÷ the connector's`,
            value: time.ours,
            unit: 's',
            reference: time.reference,
            ratio: 1 / time.ratio,
            spread: time.spread,
            target: atLeast(5),
          },
          {
            name: `${what}: percentages in COR that are not the newest afterwards`,
            value: Math.max(...wrong.app),
            unit: `of ${users * WORKSPACES_PER_USER}`,
            reference: median(wrong.naive),
            steady: true,
            target: valueAtMost(0),
          },
        ],
      };
    } finally {
      await system.stop();
      naive.remove();
    }
  },
};
