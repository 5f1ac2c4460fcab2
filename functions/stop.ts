import { app } from '@azure/functions';
import { telemetry } from './telemetry.ts';

/*
 * The end of this process: the host has the hooks run and kills the worker five seconds later, or the
 * platform sends SIGTERM, for which the worker itself does nothing at all (azure-functions-host issues 11942
 * and 12007).
 */

/** 128 + 15: ended by SIGTERM. */
const SIGTERM_CODE = 143;

const stopping = new AbortController();
const closings: (() => Promise<unknown>)[] = [];
let stopped: Promise<void> | undefined;

/** Aborted when the app is to end: work that goes on for long ends at the next point where it can. */
export const stopSignal: AbortSignal = stopping.signal;

/** `close` is called when the app is to end, beside the others, and has four seconds. */
export function whenStopped(close: () => Promise<unknown>): void {
  closings.push(close);
}

async function end(): Promise<void> {
  stopping.abort();
  // What is here already goes out beside the rest: nobody promises the whole time.
  await Promise.allSettled([telemetry.flush(), ...closings.map((close) => close())]);
  await telemetry.close();
}

function stop(): Promise<void> {
  stopped ??= end();
  return stopped;
}

app.hook.appTerminate(stop);
process.once('SIGTERM', () => {
  stop().then(
    () => process.exit(SIGTERM_CODE),
    () => process.exit(SIGTERM_CODE),
  );
});
