import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ingestion, startIngestion } from '../../local/telemetry/ingestion.ts';
import { sampleMessages, startWatchedApps, type WatchedApp, type WatchedApps } from './watched-apps.ts';

const samples = sampleMessages();
const ends: (() => Promise<void>)[] = [];
let ingestion: Ingestion;
let system: WatchedApps<'hanging' | 'malformed'>;
const stopped: Record<string, { readonly ms: number; readonly exitCode: number | null }> = {};

async function run(name: string, app: WatchedApp): Promise<void> {
  await app.send(samples);
  await app.handled(samples.length);
  const from = performance.now();
  await app.host.stop();
  stopped[name] = { ms: performance.now() - from, exitCode: await app.host.exited };
}

beforeAll(async () => {
  ingestion = await startIngestion('hang');
  ends.push(ingestion.stop);
  system = await startWatchedApps(
    {
      hanging: {
        APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
        NODE_EXTRA_CA_CERTS: ingestion.certificatePath,
      },
      malformed: { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=not-a-guid' },
    },
    (end) => ends.unshift(end),
  );
  await Promise.all(Object.entries(system.apps).map(([name, app]) => run(name, app)));
}, 60_000);

afterAll(async () => {
  for (const end of ends) await end();
});

describe.each([
  ['an ingestion endpoint that never answers', 'hanging'],
  ['a connection string that is none', 'malformed'],
] as const)('%s', (_, name) => {
  it('changes nothing for the messages', () => {
    const outcomes = system.apps[name].invocations.map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['completed', 'deadLettered']));
    const told = system.apps[name].lines.filter(({ outcome }) => outcome !== undefined);
    expect(told).toHaveLength(samples.length);
  });

  it('does not keep the app from ending', () => {
    expect(stopped[name]?.exitCode).toBe(0);
    // Three seconds at most are for telemetry, the rest is the machine's. Beyond this the host kills its process, and there is no code.
    expect(stopped[name]?.ms).toBeLessThan(10_000);
    expect(system.outside.asked).toEqual([]);
  });
});

it('the endpoint was tried', () => {
  expect(ingestion.requests).toBeGreaterThan(0);
});

describe('a connection string that is none', () => {
  it('is told in one line that does not repeat it', () => {
    const { lines } = system.apps.malformed;
    const told = lines.filter(({ evt }) => String(evt).startsWith('telemetry'));
    const reason = 'APPLICATIONINSIGHTS_CONNECTION_STRING should hold InstrumentationKey=<GUID>';
    expect(told).toEqual([{ evt: 'telemetry.off', reason }]);
    expect(JSON.stringify(lines)).not.toContain('not-a-guid');
  });

  it('leaves the log to the host, and COR without a trace', () => {
    const { hanging, malformed } = system.apps;
    expect(malformed.host.capabilities).not.toHaveProperty('WorkerOpenTelemetryEnabled');
    expect(hanging.host.capabilities).toMatchObject({ WorkerOpenTelemetryEnabled: 'true' });
    const traced = system.cor.calls.map(({ headers }) => headers.traceparent !== undefined);
    expect(new Set(traced)).toEqual(new Set([true, false]));
  });
});
