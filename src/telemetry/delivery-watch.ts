import type { AzureMonitorExporterOptions } from '@azure/monitor-opentelemetry-exporter';
import type { Log } from '../log.ts';

type Policy = NonNullable<AzureMonitorExporterOptions['additionalPolicies']>[number]['policy'];

/**
 * For one try. The exporter has no limit of its own: a peer that accepts and never answers would keep batch
 * after batch in memory.
 */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * A step of the exporters' HTTP pipeline: bounds each request, and tells once when telemetry is not taken and
 * once when it is again. The exporter says nothing of it by itself, and a missing role assignment would look
 * like an app that does nothing.
 */
export function watchDelivery(tell: Log): Policy {
  let failing = false;

  function failed(reason: string): void {
    if (!failing) tell('warn', { evt: 'telemetry.undelivered', reason });
    failing = true;
  }

  return {
    name: 'watchDelivery',
    async sendRequest(request, next) {
      request.timeout = REQUEST_TIMEOUT_MS;
      try {
        const response = await next(request);
        if (response.status >= 400) failed(`HTTP ${response.status}`);
        else if (failing) {
          failing = false;
          tell('info', { evt: 'telemetry.delivered' });
        }
        return response;
      } catch (error) {
        const { code, name } = error as { code?: unknown; name?: unknown };
        failed(String(code ?? name ?? 'unknown error'));
        throw error;
      }
    },
  };
}
