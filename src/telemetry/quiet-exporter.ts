// Not part of the package's interface. Its version is pinned exactly, and a build or a test fails when the
// file or the function moves.
import { ConfigurationManager } from '../../node_modules/@azure/monitor-opentelemetry-exporter/dist/esm/_configuration/configurationManager.js';

/**
 * The exporter reports about itself to Microsoft, and adds an item that repeats the resource to every batch
 * of spans. It takes no for an answer only from the environment, when an exporter is made.
 */
export function silenceExporterStatistics(environment: NodeJS.ProcessEnv): void {
  environment.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
  environment.APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED = 'true';
}

/**
 * Every exporter starts to ask settings.sdk.monitor.azure.com, a few seconds later and then by the hour,
 * whether its own statistics and its disk cache are wanted. Both are off here, and it has no option to leave
 * the question out.
 */
export function stopExporterSettingsPoll(): void {
  ConfigurationManager.getInstance().shutdown();
}
