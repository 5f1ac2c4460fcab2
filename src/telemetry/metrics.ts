import type { Meter } from '@opentelemetry/api';
import type { LogLine } from '../log.ts';
import type { CorCallEnd, CorCallStart } from './telemetry.ts';

export interface Metrics {
  outcome(line: LogLine): void;
  corCall(start: CorCallStart, end: CorCallEnd, durationMs: number): void;
}

/** Application Insights keeps count, sum, smallest and largest: buckets would be filled for nobody. */
const NO_BUCKETS = { explicitBucketBoundaries: [] };

function statusClass(status: number | undefined): string {
  return status === undefined ? 'none' : `${Math.floor(status / 100)}xx`;
}

/**
 * The connector's own metrics. Every attribute has a closed list of values, or the number of time series
 * would grow without end.
 */
export function createMetrics(meter: Meter): Metrics {
  const histogram = (name: string, unit: string, description: string) =>
    meter.createHistogram(name, { unit, description, advice: NO_BUCKETS });
  const messages = meter.createCounter('cor_connector.messages', {
    unit: '{message}',
    description: 'Messages by how they ended',
  });
  const withoutVersion = meter.createCounter('cor_connector.messages.without_version', {
    unit: '{message}',
    description: 'Messages whose image has no versionnumber',
  });
  const queueLag = histogram(
    'cor_connector.queue_lag',
    'ms',
    'From the time a message first entered the queue to the start of its handling',
  );
  const duration = histogram('cor_connector.cor_call.duration', 'ms', 'Duration of HTTP calls to COR');
  const coalesced = histogram(
    'cor_connector.cor_call.messages',
    '{message}',
    'Messages that shared a COR call',
  );

  return {
    outcome({ outcome = 'abandoned', versionMissing, queueLagMs, ...why }) {
      const { deadLetterReason, skipReason, errorClass } = why;
      const reason = deadLetterReason ?? skipReason ?? (outcome === 'retry' ? errorClass : undefined);
      messages.add(1, { outcome, ...(reason !== undefined && { reason }) });
      if (versionMissing) withoutVersion.add(1, { outcome });
      if (queueLagMs !== undefined) queueLag.record(queueLagMs);
    },
    corCall({ operation, traces = [] }, { status }, durationMs) {
      duration.record(durationMs, { operation, status_class: statusClass(status) });
      if (operation !== 'token' && traces.length > 0) coalesced.record(traces.length, { operation });
    },
  };
}
