import { randomUUID } from 'node:crypto';
import type { InvocationRequest } from './core-types.ts';
import type { InvocationEvent } from './host-events.ts';
import type { InvocationResult } from './invocation.ts';
import { openTrace } from './trace-context.ts';

/** One call of a function by something else than a message. */
interface Call {
  readonly functionName: string;
  readonly inputData: InvocationRequest['inputData'];
  /** `traceparent` of the caller, if it sent one. */
  readonly traceParent?: string | undefined;
}

/** Runs a function once, and tells how that ended. */
export async function watchedInvocation(
  { functionName, inputData, traceParent }: Call,
  invoke: (request: InvocationRequest) => Promise<InvocationResult>,
  onInvocation: (event: InvocationEvent) => void,
): Promise<InvocationResult> {
  const started = performance.now();
  const invocationId = randomUUID();
  const traceContext = openTrace(traceParent);
  const result = await invoke({
    invocationId,
    functionId: functionName,
    inputData,
    triggerMetadata: {},
    traceContext,
  });
  onInvocation({
    functionName,
    invocationId,
    outcome: result.succeeded ? 'succeeded' : 'failed',
    durationMs: performance.now() - started,
    traceParent: traceContext.traceParent,
    ...(!result.succeeded && { error: result.error }),
  });
  return result;
}
