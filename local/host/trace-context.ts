import { randomBytes } from 'node:crypto';

/** `RpcTraceContext` of an invocation request. */
export interface RpcTraceContext {
  readonly traceParent: string;
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The span that the host opens for an invocation: in the sender's trace where its message carries one (`Diagnostic-Id`, as the Azure SDKs
 * send it, or a `traceparent` header), else in a new one. Not sampled, because this host exports nothing.
 */
export function openTrace(sender: unknown): RpcTraceContext {
  const traceId = TRACE_PARENT.exec(String(sender))?.[1] ?? randomBytes(16).toString('hex');
  return {
    traceParent: `00-${traceId}-${randomBytes(8).toString('hex')}-00`,
    traceState: '',
    attributes: {},
  };
}
