import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from '../interleave.ts';
import { buildApp } from '../load/build-app.ts';
import { distinctUsers } from '../load/distinct-users.ts';
import { PROJECT, startSystem } from '../load/system.ts';
import { atLeast, atMost, type Scenario } from '../measurement.ts';
import { summarize } from '../statistics.ts';

const CALLS = 16;

/** Rounds until the engine has compiled what there is to compile. The connector has more of it, and runs for hours in practice. */
const WARM_UPS = 2;

/** A function that does what the floor does: what the host and the Functions library cost any app, whatever it does. */
const ONE_CALL = `
import { app } from '@azure/functions';
import { Pool } from 'undici';
const pool = new Pool(process.env.COR_BASE_URL, { connections: ${CALLS} });
const token = fetch(process.env.COR_TOKEN_URL + '?grant_type=client_credentials', {
  method: 'POST',
  headers: { authorization: 'Basic ' + btoa(process.env.COR_API_KEY + ':' + process.env.COR_CLIENT_SECRET) },
}).then(async (reply) => (await reply.json()).access_token);
const body = JSON.stringify({
  workspaces: [{ workspaceId: 'aaaaaaaa-0000-4000-a000-000000000003', percentage: 44.38 }],
  metadata: { source: 'MICROSOFT_DYNAMICS' },
});
app.serviceBusQueue('oneCall', {
  connection: 'ServiceBusConnection',
  queueName: '%ServiceBusQueueName%',
  dataType: 'binary',
  handler: async (message, context) => {
    const reply = await pool.request({
      method: 'PUT',
      path: '/v2/integrations/users/' + context.triggerMetadata.messageId + '/attach',
      headers: { authorization: 'Bearer ' + (await token), 'content-type': 'application/json' },
      body,
    });
    const text = await reply.body.text();
    if (reply.statusCode !== 200) throw new Error('COR answered ' + reply.statusCode + ': ' + text);
  },
});
`;

/** The connector against the floor, with the same messages, broker, sandbox and number of calls in flight. */
export const scenario: Scenario = {
  limitSeconds: 180,
  async run(size) {
    const [count, rounds, warmUps] = size === 'full' ? [4_000, 5, WARM_UPS] : [500, 2, 1];
    const system = await startSystem(['app', 'floor', 'one-call']);
    const hostJson = JSON.parse(readFileSync(join(PROJECT, 'host.json'), 'utf8'));
    const built = await buildApp(
      { stdin: { contents: ONE_CALL, loader: 'ts', resolveDir: PROJECT } },
      hostJson,
    );
    try {
      const app = await system.startApp({ queue: 'app', env: { COR_CONCURRENCY: String(CALLS) } });
      const floor = await system.startFloor({
        queue: 'floor',
        messagesInFlight: hostJson.extensions.serviceBus.maxConcurrentCalls,
        callsInFlight: CALLS,
      });
      const oneCall = await system.startApp({ queue: 'one-call', appDirectory: built.directory });
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
      const ownCpu: number[] = [];
      const oneCallCpu: number[] = [];
      const sameHost = await interleave(
        rounds,
        (round) => cpu(app, () => rate('app'), ownCpu, round),
        (round) => cpu(oneCall, () => rate('one-call'), oneCallCpu, round),
        WARM_UPS,
      );
      const host = summarize(sameHost);
      const onSameHost = summarize(
        ownCpu.map((own, at) => ({ ours: own, reference: oneCallCpu[at] as number })),
      );
      const { ours, reference, ratio, spread } = summarize(pairs);
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
            spread,
          },
          {
            name: 'whole app ÷ floor, processor time of the worker for a message',
            value: processor.ours,
            unit: 'ms',
            reference: processor.reference,
            ratio: processor.ratio,
            steady: true,
          },
          {
            name: 'whole app ÷ function that makes one bare PUT, on the same host',
            value: host.ours,
            unit: 'messages/s',
            reference: host.reference,
            ratio: host.ratio,
            spread: host.spread,
            target: atLeast(0.9),
          },
          {
            name: 'whole app ÷ function that makes one bare PUT, processor time of the worker for a message',
            value: onSameHost.ours,
            unit: 'ms',
            reference: onSameHost.reference,
            ratio: onSameHost.ratio,
            spread: onSameHost.spread,
            steady: true,
            target: atMost(1.2),
          },
        ],
      };
    } finally {
      await system.stop();
      built.remove();
    }
  },
};
