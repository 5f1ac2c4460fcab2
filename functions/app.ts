import { app } from '@azure/functions';
import { createConnector } from '../src/connector.ts';
import { readSettings } from '../src/settings.ts';
import { log } from './log.ts';
import { whenStopped } from './stop.ts';
import { telemetry } from './telemetry.ts';

/** Read once, when the worker loads the app. A setting that does not fit throws here. */
export const settings = readSettings(process.env);

for (const reason of settings.warnings) log('warn', { evt: 'setting.unusual', reason });

export const connector = createConnector(settings, log, { telemetry });

// Not waited for: messages can be handled meanwhile.
app.hook.appStart(() => {
  connector.start().catch(() => undefined);
});

whenStopped(() => connector.close());
