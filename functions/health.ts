import { app, type HttpResponseInit } from '@azure/functions';
import { createHealth } from '../src/health.ts';
import { readLastRun } from '../src/reconcile/last-run.ts';
import { connector, settings } from './app.ts';
import { log } from './log.ts';

const health = createHealth(settings, connector, log);

app.hook.appTerminate(() => health.close());

async function summary(): Promise<HttpResponseInit> {
  const { status } = await health.report();
  return { status: status === 'ok' ? 200 : 503, jsonBody: { status } };
}

async function details(): Promise<HttpResponseInit> {
  const [report, lastRun] = await Promise.all([
    health.report(),
    settings.dataverse && readLastRun(connector.documents),
  ]);
  const jsonBody = { ...report, ...(lastRun && { lastRun }) };
  return { status: report.status === 'ok' ? 200 : 503, jsonBody };
}

// Two functions, because the host checks a key only where the function demands one: an anonymous function cannot tell who calls.
app.http('health', { methods: ['GET'], authLevel: 'anonymous', route: 'health', handler: summary });
app.http('healthDetails', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health/details',
  handler: details,
});
