import { setTimeout as delay } from 'node:timers/promises';
import { type Envelope, type Ingestion, startIngestion } from '../../local/telemetry/ingestion.ts';
import { measureLedgerCosts } from '../ledger-costs.ts';
import { distinctUsers } from '../load/distinct-users.ts';
import { startSystem } from '../load/system.ts';
import type { Measurement, Scenario } from '../measurement.ts';

/** Longer than the exporter keeps what it has: 5 s for spans and lines. */
const QUIET_MS = 5_500;
const MAX_WAIT_MS = 60_000;

/** Waits until nothing has come for a while. */
async function allArrived({ envelopes }: Ingestion): Promise<void> {
  const until = performance.now() + MAX_WAIT_MS;
  for (let seen = -1; seen !== envelopes.length && performance.now() < until; ) {
    seen = envelopes.length;
    await delay(QUIET_MS);
  }
}

const bytesOf = (envelopes: readonly Envelope[]): number =>
  envelopes.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0);

/** What the connector sends to Application Insights for events of distinct users, one COR call each. Not compressed. */
async function telemetryOf(events: number): Promise<readonly Envelope[]> {
  const ingestion = await startIngestion();
  const system = await startSystem(['app']);
  try {
    await system.startApp({
      queue: 'app',
      env: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
        NODE_EXTRA_CA_CERTS: ingestion.certificatePath,
      },
    });
    const nextUsers = distinctUsers(9);
    await system.drain('app', nextUsers(20));
    await allArrived(ingestion);
    const before = ingestion.envelopes.length;
    await system.drain('app', nextUsers(events));
    await allArrived(ingestion);
    return ingestion.envelopes.slice(before);
  } finally {
    await system.stop();
    await ingestion.stop();
  }
}

/** What events cost beside processor time: telemetry and storage operations. */
export const scenario: Scenario = {
  limitSeconds: 150,
  async run(size) {
    const events = size === 'full' ? 500 : 50;
    const sent = await telemetryOf(events);
    const [distinct] = await measureLedgerCosts({ users: 200, waiting: 10, copies: 10 });
    if (!distinct) throw new Error('The ledger was not measured.');
    const ofEvent = (name: string, value: number, unit: string): Measurement => ({
      name: `event of a user of its own: ${name}`,
      value,
      unit,
      steady: true,
    });
    const [telemetryBytes, reads, writes] = [
      bytesOf(sent) / events,
      distinct.loads / distinct.messages,
      distinct.saves / distinct.messages,
    ];
    return {
      measurements: [
        ofEvent('telemetry that the connector sends, not compressed', telemetryBytes / 1_000, 'KB'),
        ofEvent('lines, spans and metrics in it', sent.length / events, 'items'),
        ofEvent('reads of the ledger', reads, 'reads'),
        ofEvent('writes of the ledger', writes, 'writes'),
      ],
      facts: { telemetryBytes, reads, writes },
    };
  },
};
