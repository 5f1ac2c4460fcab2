import { expect, onTestFinished, test } from 'vitest';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { startIngestion } from '../../../local/telemetry/ingestion.ts';
import { held, joined, newMembers, wanted } from '../failures/members.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';

const MESSAGES = 30;
/** The host kills a worker five seconds after it told it to end; starting and stopping takes its time on a busy machine. */
const LONGEST_MS = 60_000;

/** What ends the connector: the host, or the platform that ends the worker itself. */
const ENDS: readonly [name: string, end: (host: HostProcess) => Promise<unknown>, code: number][] = [
  ['the host has it terminate', (host) => host.stop(), 0],
  ['SIGTERM to the worker', async (host) => process.kill(host.workerPid(), 'SIGTERM'), 143],
];

async function startConnector() {
  const ingestion = await startIngestion();
  onTestFinished(ingestion.stop);
  const stack = await startTestStack({
    ledger: 'memory',
    env: {
      MAPPING: 'project-team',
      APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
      NODE_EXTRA_CA_CERTS: ingestion.certificatePath,
    },
  });
  const [host] = stack.hosts;
  if (!host) throw new Error('There is a host.');
  const members = newMembers(stack.cor, MESSAGES);
  /** Ids of the messages whose end telemetry has: as a log line, and as a span. */
  const told = () => {
    const ids = (found: readonly (string | undefined)[]) => new Set(found.filter((id) => id !== undefined));
    const data = ingestion.envelopes.map(({ data }) => data);
    return {
      lines: ids(
        data
          .filter(({ baseType }) => baseType === 'MessageData')
          .map(({ baseData }) => JSON.parse(baseData.message))
          .filter(({ evt }) => evt === 'message.completed')
          .map(({ messageId }) => messageId),
      ),
      spans: ids(
        data
          .filter(
            ({ baseData, baseType }) => baseType === 'RemoteDependencyData' && baseData.type === 'InProc',
          )
          .map(({ baseData }) => baseData.properties.messageId),
      ),
      metrics: data.filter(({ baseType }) => baseType === 'MetricData').length,
    };
  };
  return { ...stack, host, members, messages: members.map(joined), told };
}

test.each(ENDS)(
  '%s: what runs is brought to its end; nothing is redelivered, copied or untold',
  async (_, end, code) => {
    const { cor, broker, host, members, messages, send, told } = await startConnector();
    cor.set({ latencyMs: 150 });
    cor.hold();
    await send(...messages);
    await cor.held();
    await expect.poll(() => broker.counts(QUEUE).locked).toBe(MESSAGES);
    cor.release();
    await end(host);
    expect(await host.exited).toBe(code);
    expect(broker.counts(QUEUE)).toMatchObject({ completed: MESSAGES, active: 0, locked: 0, scheduled: 0 });
    expect(held(cor, members)).toEqual(wanted(members));
    const ids = new Set(messages.map(({ messageId }) => messageId));
    expect(told().lines).toEqual(ids);
    expect(told().spans).toEqual(ids);
    expect(told().metrics).toBeGreaterThan(0);
  },
  LONGEST_MS,
);

test.each(ENDS)(
  '%s while COR hangs: over within five seconds, every message comes again, and none has a copy',
  async (_, end, code) => {
    const { cor, broker, host, messages, send, lines } = await startConnector();
    cor.hold();
    await send(...messages);
    await cor.held();
    await expect.poll(() => broker.counts(QUEUE).locked).toBe(MESSAGES);
    const began = performance.now();
    await end(host);
    // The worker ends by itself: killed, it would have said nothing of all that.
    expect(await host.exited).toBe(code);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(broker.counts(QUEUE)).toMatchObject({ active: MESSAGES, completed: 0, locked: 0, scheduled: 0 });
    expect(lines.filter(({ evt }) => evt === 'message.retried' || evt === 'message.abandoned')).toEqual([]);
    cor.release();
  },
  LONGEST_MS,
);
