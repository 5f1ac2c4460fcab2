import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationContext } from '@azure/functions';
import { formatLogLine, type Log } from '../src/log.ts';
import type { MessageTrace } from '../src/telemetry/telemetry.ts';
import { telemetry } from './telemetry.ts';

interface Invocation {
  readonly context: InvocationContext;
  readonly trace: MessageTrace;
  /**
   * False once the handler has ended: the library complains about later lines, and work for other messages
   * may still be going on.
   */
  open: boolean;
}

const current = new AsyncLocalStorage<Invocation>();

/** Runs a handler so that lines it logs belong to its invocation in the portal, and to its trace. */
export async function withInvocationLog<T>(
  context: InvocationContext,
  trace: MessageTrace,
  handler: () => Promise<T>,
): Promise<T> {
  const invocation: Invocation = { context, trace, open: true };
  try {
    return await current.run(invocation, handler);
  } finally {
    invocation.open = false;
  }
}

/** One JSON line, to telemetry and to the running invocation where there is one. */
export const log: Log = (level, line) => {
  const invocation = current.getStore();
  const text = formatLogLine(line);
  const sent = telemetry.log(level, text, invocation?.trace);
  // For the portal's live log. The host does not export it when the worker does.
  if (invocation?.open) invocation.context[level](text);
  // What is on the console the host exports as well, so there only what telemetry did not take.
  else if (!sent) console[level](text);
};
