import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Envelope, type IngestionMode, startIngestion } from '../../local/telemetry/ingestion.ts';
import type { LogLine } from '../../src/log.ts';
import { deferTelemetry } from '../../src/telemetry/deferred.ts';
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts';
import { readTelemetrySettings } from '../../src/telemetry/settings.ts';

const COMPLETED: LogLine = { evt: 'message.completed', outcome: 'succeeded' };

/** Telemetry in this process, started, with what it says about itself. */
async function start(connectionString: string, more: Record<string, string> = {}) {
  const said: string[] = [];
  const telemetry = deferTelemetry(
    { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString, ...more },
    (level, { evt, reason }) => said.push([level, evt, reason].filter(Boolean).join(' ')),
  );
  onTestFinished(telemetry.close);
  expect(await telemetry.start()).toBe(true);
  return { telemetry, said };
}

async function ingestionTrustedHere(mode?: IngestionMode) {
  const ingestion = await startIngestion(mode);
  onTestFinished(ingestion.stop);
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, readFileSync(ingestion.certificatePath, 'utf8')]);
  onTestFinished(() => tls.setDefaultCACertificates(before));
  return ingestion;
}

function spans(envelopes: readonly Envelope[]): Envelope[] {
  return envelopes.filter(({ data }) => data.baseType === 'RemoteDependencyData');
}

/** Enough for a batch, so that it is sent without waiting. */
function handle(telemetry: Awaited<ReturnType<typeof start>>['telemetry'], count = 512): void {
  for (let index = 0; index < count; index += 1) {
    const trace = telemetry.message(undefined);
    trace.outcome(COMPLETED);
    trace.end();
  }
}

describe('an ingestion endpoint that does not take telemetry', () => {
  it('is told once, and once more when it does', async () => {
    const ingestion = await ingestionTrustedHere('refuse');
    const { telemetry, said } = await start(ingestion.connectionString);
    handle(telemetry);
    await vi.waitFor(() => expect(ingestion.requests).toBe(1), 5_000);
    handle(telemetry);
    await vi.waitFor(() => expect(ingestion.requests).toBe(2), 5_000);
    await vi.waitFor(() => expect(said).toEqual(['warn telemetry.undelivered HTTP 403']));
    ingestion.set('take');
    handle(telemetry);
    await vi.waitFor(() => expect(said.slice(1)).toEqual(['info telemetry.delivered']), 5_000);
  });

  it('is told when there is none, within the time that the app has to end', async () => {
    const { telemetry, said } = await start(
      'InstrumentationKey=0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0;IngestionEndpoint=https://127.0.0.1:1/',
    );
    handle(telemetry, 1);
    await telemetry.close();
    expect(said).toEqual(['warn telemetry.undelivered ECONNREFUSED']);
  });

  it('costs a bounded amount of memory', async () => {
    const ingestion = await ingestionTrustedHere('refuse');
    const { telemetry } = await start(ingestion.connectionString);
    // In one turn of the event loop nothing but one batch can be on its way: this is a queue that overflows.
    handle(telemetry, 6_000);
    ingestion.set('take');
    await telemetry.close();
    expect(spans(ingestion.envelopes).length).toBeLessThanOrEqual(4_096 + 512);
    expect(spans(ingestion.envelopes).length).toBeGreaterThan(0);
  });
});

describe('telemetry that is closed', () => {
  it('has sent what was still waiting, and takes nothing more', async () => {
    const ingestion = await ingestionTrustedHere();
    const { telemetry } = await start(ingestion.connectionString);
    handle(telemetry, 3);
    expect(telemetry.log('info', '{}')).toBe(true);
    await telemetry.close();
    handle(telemetry, 3);
    expect(telemetry.log('info', '{}')).toBe(false);
    expect(spans(ingestion.envelopes)).toHaveLength(3);
    expect(ingestion.envelopes.filter(({ data }) => data.baseType === 'MessageData')).toHaveLength(1);
    // Without an authentication string the instrumentation key is all there is to show.
    expect(new Set(ingestion.authorizations)).toEqual(new Set([undefined]));
  });
});

describe('a share of the traces', () => {
  it('is kept by trace, and the rest counted in', async () => {
    const ingestion = await ingestionTrustedHere();
    const { telemetry } = await start(ingestion.connectionString, {
      OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    for (let index = 0; index < 400; index += 1) {
      const message = telemetry.message(undefined);
      telemetry
        .corCall({
          operation: 'attach',
          method: 'PUT',
          origin: 'https://cor.example',
          pathTemplate: '/v2/integrations/users/{userId}/attach',
          traces: [message],
        })
        .end({ status: 200 });
      message.outcome(COMPLETED);
      message.end();
    }
    await telemetry.close();
    const kept = spans(ingestion.envelopes);
    const traces = new Map<string | undefined, number>();
    for (const { tags } of kept) {
      const id = tags['ai.operation.id'];
      traces.set(id, (traces.get(id) ?? 0) + 1);
    }
    expect(traces.size).toBeGreaterThan(50);
    expect(traces.size).toBeLessThan(150);
    expect(new Set(traces.values())).toEqual(new Set([2]));
    expect(new Set(kept.map((one) => (one as { sampleRate?: number }).sampleRate))).toEqual(new Set([25]));
    const counted = ingestion.envelopes.find(
      ({ data }) => data.baseData.metrics?.[0]?.name === 'cor_connector.messages',
    );
    expect(counted?.data.baseData.metrics[0].value).toBe(400);
  });
});

describe("the exporter's own calls", () => {
  it('are not even planned: no statistics, no question for settings, no look into a disk cache', async () => {
    const settings = readTelemetrySettings({
      APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0',
    });
    if (settings.kind !== 'on') throw new Error('should be on');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const telemetry = openTelemetry(settings, () => undefined);
    // The reader of metrics; nothing else is due before the first span.
    expect(vi.getTimerCount()).toBe(1);
    await telemetry.close();
  });
});

describe('a parent that is no W3C trace parent', () => {
  it.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-0000000000000000-01',
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])('%j makes a trace of its own', async (traceParent) => {
    const ingestion = await ingestionTrustedHere();
    const { telemetry } = await start(ingestion.connectionString);
    const trace = telemetry.message({ traceParent });
    trace.end();
    await telemetry.close();
    const [span] = spans(ingestion.envelopes);
    expect(span?.tags['ai.operation.id']).toMatch(/^(?!a{32})[0-9a-f]{32}$/);
    expect(span?.tags).not.toHaveProperty('ai.operation.parentId');
    expect(span?.data.baseData).toMatchObject({ success: false, properties: { outcome: 'abandoned' } });
  });
});
