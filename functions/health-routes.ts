import { app, type HttpResponseInit } from '@azure/functions';
import type { HealthReport } from '../src/health.ts';

/*
 * The functions that exist whatever the settings say. Where an app fails before it has registered anything,
 * the host runs it without functions and tells nobody; with one function it reports the failure with its
 * whole text. So this comes before all that can throw.
 */

type Shown = Pick<HealthReport, 'status'>;

interface HealthAnswers {
  summary(): Promise<Shown>;
  details(): Promise<Shown>;
}

let answers: HealthAnswers | undefined;

/** Called once, when the rest of the app is loaded. */
export function serveHealth(given: HealthAnswers): void {
  answers = given;
}

async function answer(which: keyof HealthAnswers): Promise<HttpResponseInit> {
  if (!answers) throw new Error('The app is not loaded yet.');
  const shown = await answers[which]();
  return { status: shown.status === 'ok' ? 200 : 503, jsonBody: shown };
}

// Two functions, because the host checks a key only where the function demands one: an anonymous function
// cannot tell who calls.
app.http('health', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'health',
  handler: () => answer('summary'),
});
app.http('healthDetails', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health/details',
  handler: () => answer('details'),
});
