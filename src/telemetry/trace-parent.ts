import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import type { TraceContext } from './telemetry.ts';

// A dozen lines instead of the propagator of @opentelemetry/core, which wants a carrier, a getter and a
// package entry of its own.
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** The context of the host's span; the root where the host gave none, or one that is no W3C trace parent. */
export function parentContext(parent: TraceContext | undefined): Context {
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(parent?.traceParent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(parent?.traceState && { traceState: createTraceState(parent.traceState) }),
  };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

/**
 * The header for a request made within this span. `tracestate` stays here: it is for the vendors on the way,
 * and COR is none of them.
 */
export function traceParentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
