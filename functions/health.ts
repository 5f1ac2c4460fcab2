import { createHealth } from '../src/health.ts';
import { readLastRun } from '../src/reconcile/last-run.ts';
import { connector, settings } from './app.ts';
import { serveHealth } from './health-routes.ts';
import { log } from './log.ts';
import { whenStopped } from './stop.ts';

const health = createHealth(settings, connector, log);

async function details() {
  const [report, lastRun] = await Promise.all([
    health.report(),
    settings.dataverse && readLastRun(connector.documents),
  ]);
  return { ...report, ...(lastRun && { lastRun }) };
}

serveHealth({
  summary: async () => ({ status: (await health.report()).status }),
  details,
});

whenStopped(() => health.close());
