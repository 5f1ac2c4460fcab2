import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import { LIMITS } from './run-limits.ts';
import { failedLine } from './run-line.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

export interface TimedRun extends ThreadData {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Beside this file, in the sources as in the bundle. */
function threadFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? 'run-thread.ts' : 'run-thread.cjs', import.meta.url);
}

/**
 * What the timer does: one run in a thread of its own, so that no message waits while pages are read and rows
 * compared, and one line that tells it. It does not reject: the next night begins anew.
 */
export async function runInThread(
  { verify, signal, log }: TimedRun,
  resourceLimits: ResourceLimits = LIMITS,
): Promise<void> {
  const started = performance.now();
  const data: ThreadData = { verify };
  const thread = new Worker(threadFile(), { workerData: data, resourceLimits });
  const stop = () => thread.postMessage('stop' satisfies ToThread);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const { level, line } = await lastWord(thread);
    log(level, line);
  } catch (error) {
    log('error', failedLine(error, performance.now() - started));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function lastWord(thread: Worker): Promise<FromThread> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`The thread of the run has ended with ${code}.`)));
  });
}
