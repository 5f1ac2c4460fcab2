import { randomUUID } from 'node:crypto';

/** `RpcTraceContext` of an invocation request. */
export interface RpcTraceContext {
  readonly traceParent: string;
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Random hexadecimal digits. Node draws UUIDs in advance; random bytes cost a call into the system for every
 * message.
 */
const randomDigits = (): string => randomUUID().replaceAll('-', '');

const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The span that the host opens for an invocation: in the sender's trace where its message carries one
 * (`Diagnostic-Id`, as the Azure SDKs send it, or a `traceparent` header), else in a new one. Not sampled,
 * because this host exports nothing.
 */
export function openTrace(sender: unknown): RpcTraceContext {
  const traceId = TRACE_PARENT.exec(String(sender))?.[1] ?? randomDigits();
  return {
    traceParent: `00-${traceId}-${randomDigits().slice(16)}-00`,
    traceState: '',
    attributes: {},
  };
}
