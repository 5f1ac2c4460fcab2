import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { NO_TELEMETRY } from '../src/telemetry/telemetry.ts';
import { settings } from './app.ts';
import { log, withInvocationLog } from './log.ts';
import { stopSignal } from './stop.ts';

async function compare(verify: boolean): Promise<void> {
  // Loaded when it is needed: no start of the app waits for it.
  const { runInThread } = await import('../src/reconcile/run-in-thread.ts');
  // When the app is to end, a run ends between two pages, users or messages.
  await runInThread({ verify, signal: stopSignal, log });
}

async function claim(): Promise<void> {
  const { claimLedger } = await import('../src/reconcile/at-hand.ts');
  await claimLedger(settings);
}

const timer = (verify: boolean) => (_timer: unknown, context: InvocationContext) =>
  withInvocationLog(context, NO_TELEMETRY.message(context.traceContext), () => compare(verify));

async function reports(request: HttpRequest): Promise<HttpResponseInit> {
  const { readReports } = await import('../src/reconcile/at-hand.ts');
  return readReports(settings, request.query.get('run') ?? undefined);
}

if (settings.dataverse) {
  const { schedule, verifySchedule } = settings.reconcile;
  app.timer('reconcile', { schedule, handler: timer(false) });
  if (verifySchedule !== undefined) app.timer('verify', { schedule: verifySchedule, handler: timer(true) });
  app.http('reconcileReports', {
    methods: ['GET'],
    authLevel: 'function',
    route: 'reconcile',
    handler: reports,
  });
  // Not waited for, and after the app has loaded: no start is slower for it.
  app.hook.appStart(() => {
    setImmediate(() => {
      claim().catch(() => undefined);
    });
  });
}
