import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationContext } from '@azure/functions';
import { formatLogLine, type Log } from '../src/log.ts';

interface Invocation {
  readonly context: InvocationContext;
  /** False once the handler has ended: the library complains about later lines, and work for other messages may still be going on. */
  open: boolean;
}

const current = new AsyncLocalStorage<Invocation>();

/** Runs a handler so that lines it logs belong to its invocation in the portal. */
export async function withInvocationLog<T>(
  context: InvocationContext,
  handler: () => Promise<T>,
): Promise<T> {
  const invocation: Invocation = { context, open: true };
  try {
    return await current.run(invocation, handler);
  } finally {
    invocation.open = false;
  }
}

/** One JSON line, to the running invocation where there is one. */
export const log: Log = (level, line) => {
  const invocation = current.getStore();
  const text = formatLogLine(line);
  if (invocation?.open) invocation.context[level](text);
  else console[level](text);
};
