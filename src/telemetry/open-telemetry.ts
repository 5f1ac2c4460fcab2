import {
  ApplicationInsightsSampler,
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from '@azure/monitor-opentelemetry-exporter';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { credentialFor } from '../credential.ts';
import type { Log, LogLevel } from '../log.ts';
import { Once } from '../once.ts';
import { startCorCallSpan } from './cor-call-span.ts';
import { watchDelivery } from './delivery-watch.ts';
import { MessageSpan, startMessageSpan } from './message-span.ts';
import { createMetrics } from './metrics.ts';
import { silenceExporterStatistics, stopExporterSettingsPoll } from './quiet-exporter.ts';
import type { TelemetrySettings } from './settings.ts';
import type { Telemetry } from './telemetry.ts';

type SettingsOn = Extract<TelemetrySettings, { kind: 'on' }>;

export interface OpenTelemetry extends Telemetry {
  /** Sends what is here so far. Never rejects. */
  flush(): Promise<void>;
  /** Sends what is still here. Never rejects. */
  close(): Promise<void>;
}

const SCOPE = 'dynamics-to-cor';

/** What cannot be sent is dropped beyond this many spans and as many log records: memory is for messages. */
const QUEUE = { maxQueueSize: 4_096, maxExportBatchSize: 512, scheduledDelayMillis: 5_000 };
const METRICS_EVERY_MS = 60_000;

const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

type Credential = Awaited<ReturnType<typeof credentialFor>>;

/** `@azure/identity` is loaded for the first batch, not for the start. */
function lazyCredential(clientId: string | undefined): Credential {
  const credential = new Once(() => credentialFor(clientId));
  return {
    async getToken(scopes, options) {
      return (await credential.get()).getToken(scopes, options);
    },
  };
}

/**
 * Spans, log records and metrics to Application Insights. Throws when the exporter refuses the connection
 * string.
 */
export function openTelemetry(settings: SettingsOn, tell: Log): OpenTelemetry {
  silenceExporterStatistics(process.env);
  const exporting = {
    connectionString: settings.connectionString,
    ...(settings.identity && { credential: lazyCredential(settings.identity.clientId) }),
    // A consumption plan's disk is small and goes with the instance.
    disableOfflineStorage: true,
    // Enough for a hiccup, and over before the app has ended.
    retryOptions: { maxRetries: 2, retryDelayInMs: 500 },
    additionalPolicies: [{ policy: watchDelivery(tell), position: 'perCall' as const }],
  };
  const resource = resourceFromAttributes({ 'service.name': settings.roleName });
  const { samplingRatio } = settings;
  const tracing = new BasicTracerProvider({
    resource,
    // By the hash of the trace id, as the host samples; the host's flag does not count, it is unset where the
    // host sends nothing.
    sampler: samplingRatio === 1 ? new AlwaysOnSampler() : new ApplicationInsightsSampler(samplingRatio),
    spanProcessors: [new BatchSpanProcessor(new AzureMonitorTraceExporter(exporting), QUEUE)],
  });
  const logging = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new AzureMonitorLogExporter(exporting), ...QUEUE })],
  });
  const metering = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new AzureMonitorMetricExporter(exporting),
        exportIntervalMillis: METRICS_EVERY_MS,
      }),
    ],
  });
  stopExporterSettingsPoll();

  // The providers are used as they are, not registered globally: nothing here looks for them.
  const tracer = tracing.getTracer(SCOPE);
  const logger = logging.getLogger(SCOPE);
  const metrics = createMetrics(metering.getMeter(SCOPE));

  return {
    message: (parent) => startMessageSpan(tracer, metrics, parent),
    corCall: (start) => startCorCallSpan(tracer, metrics, start),
    log(level, text, message) {
      logger.emit({
        body: text,
        severityNumber: SEVERITY[level],
        severityText: level,
        ...(message instanceof MessageSpan && { context: message.context }),
      });
      return true;
    },
    async flush() {
      await Promise.allSettled([tracing.forceFlush(), logging.forceFlush(), metering.forceFlush()]);
    },
    async close() {
      await Promise.allSettled([tracing.shutdown(), logging.shutdown(), metering.shutdown()]);
    },
  };
}
