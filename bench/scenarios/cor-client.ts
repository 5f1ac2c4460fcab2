import { Pool } from 'undici';
import { createCorClient } from '../../src/cor/create-cor-client.ts';
import { interleave } from '../interleave.ts';
import { numberedGuid } from '../load/assignment-messages.ts';
import { bearerToken } from '../load/bearer-token.ts';
import { atLeast, type Scenario } from '../measurement.ts';
import type { CorAddress } from '../processes/cor.ts';
import { startProcess } from '../processes/start-process.ts';
import { median, summarize } from '../statistics.ts';

const IN_FLIGHT = 16;
const USERS = 500;

interface Run {
  readonly rate: number;
  /** Microseconds of this process for each call. */
  readonly processor: number;
}

/** `count` calls, always IN_FLIGHT of them under way. */
async function makeCalls(count: number, call: (user: string) => Promise<void>): Promise<Run> {
  let next = 0;
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const worker = async () => {
    while (next < count) await call(numberedGuid(2, next++ % USERS));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const rate = (1000 * count) / (performance.now() - startedAt);
  const { user, system } = process.cpuUsage(before);
  return { rate, processor: (user + system) / count };
}

/** The connector's COR client against a bare undici pool that only makes the same requests and reads the replies as text. */
export const scenario: Scenario = {
  limitSeconds: 60,
  async run(size) {
    const [count, rounds] = size === 'full' ? [4_000, 9] : [500, 3];
    const sandbox = await startProcess<CorAddress>('./cor.ts', { switches: { unknownIds: 'accept' } });
    const cor = sandbox.ready;
    const client = createCorClient({ ...cor, connections: IN_FLIGHT });
    const pool = new Pool(cor.baseUrl, { connections: IN_FLIGHT });
    try {
      const shares = [{ workspaceId: numberedGuid(3, 1), percentage: 44.38 }];
      const body = JSON.stringify({ workspaces: shares, metadata: { source: 'MICROSOFT_DYNAMICS' } });
      const headers = {
        authorization: `Bearer ${await bearerToken(cor)}`,
        'content-type': 'application/json',
      };
      const ours = async (user: string) => {
        const answer = await client.attach(user, shares);
        if (!answer.ok) throw new Error(answer.failure.description);
      };
      const bare = async (user: string) => {
        const path = `/v2/integrations/users/${user}/attach`;
        const reply = await pool.request({ method: 'PUT', path, headers, body });
        const text = await reply.body.text();
        if (reply.statusCode !== 200) throw new Error(`COR answered ${reply.statusCode}: ${text}`);
      };
      const processor = { ours: [] as number[], bare: [] as number[] };
      const side = (kind: 'ours' | 'bare', call: typeof ours) => async (round: number) => {
        const run = await makeCalls(count, call);
        if (round >= 0) processor[kind].push(run.processor);
        return run.rate;
      };
      const pairs = await interleave(rounds, side('ours', ours), side('bare', bare), 3);
      const { ours: value, reference, ratio, spread } = summarize(pairs);
      const [ownTime, bareTime] = [median(processor.ours), median(processor.bare)];
      return {
        measurements: [
          {
            name: `COR client ÷ bare undici pool, ${IN_FLIGHT} calls in flight`,
            value,
            unit: 'calls/s',
            reference,
            ratio,
            spread,
            target: atLeast(0.85),
          },
          {
            name: 'COR client ÷ bare undici pool, processor time of a call',
            value: ownTime,
            unit: 'µs',
            reference: bareTime,
            ratio: ownTime / bareTime,
            steady: true,
          },
        ],
      };
    } finally {
      await Promise.allSettled([client.close(), pool.destroy()]);
      await sandbox.stop();
    }
  },
};
