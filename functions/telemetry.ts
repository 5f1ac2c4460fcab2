import { app } from '@azure/functions';
import { formatLogLine, type Log } from '../src/log.ts';
import { deferTelemetry } from '../src/telemetry/deferred.ts';

/** To the console: the host takes it from there whatever becomes of telemetry. */
const toConsole: Log = (level, line) => console[level](formatLogLine(line));

export const telemetry = deferTelemetry(process.env, toConsole);

app.hook.appStart(async () => {
  // The host asks for capabilities after this hook. From then on it leaves the worker's log lines to the
  // worker: each is sent once.
  if (await telemetry.start()) app.setup({ capabilities: { WorkerOpenTelemetryEnabled: true } });
});
