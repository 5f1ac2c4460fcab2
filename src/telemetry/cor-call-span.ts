import { type Link, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { MessageSpan } from './message-span.ts';
import type { Metrics } from './metrics.ts';
import type { CorCallStart, CorCallTrace } from './telemetry.ts';
import { traceParentOf } from './trace-parent.ts';

/** The exporter cuts the list of links after 8 kB of JSON, in the middle of one; this many fit. */
const MOST_LINKS = 100;

/**
 * A dependency under the first of the messages that the call serves, linked to the others: a span has one
 * parent. Names and addresses are made of the path's template, so that neither an id of a user nor a query is
 * in them. `url.full` is left out on purpose: the exporter would make the name of its path.
 */
export function startCorCallSpan(tracer: Tracer, metrics: Metrics, start: CorCallStart): CorCallTrace {
  const spans = (start.traces ?? []).filter((one) => one instanceof MessageSpan);
  const links: Link[] = spans.slice(1, MOST_LINKS + 1).map(({ spanContext }) => ({ context: spanContext }));
  const { protocol, hostname, port } = new URL(start.origin);
  const span = tracer.startSpan(
    `${start.method} ${start.pathTemplate}`,
    {
      kind: SpanKind.CLIENT,
      links,
      attributes: {
        'http.request.method': start.method,
        'url.scheme': protocol.slice(0, -1),
        'url.path': start.pathTemplate,
        'server.address': port === '' ? hostname : `${hostname}:${port}`,
        corOperation: start.operation,
        ...(start.correlationId !== undefined && { correlationId: start.correlationId }),
        ...(spans.length > 0 && { messages: spans.length }),
      },
    },
    spans[0]?.context ?? ROOT_CONTEXT,
  );
  const startedAt = performance.now();
  return {
    traceParent: traceParentOf(span.spanContext()),
    end(result) {
      const { status, code, failureClass, requestId } = result;
      span.setAttributes({
        ...(status !== undefined && { 'http.response.status_code': status }),
        ...(code !== undefined && { errorCode: code }),
        ...(failureClass !== undefined && { failureClass }),
        ...(requestId !== undefined && { corRequestId: requestId }),
      });
      if (failureClass !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      metrics.corCall(start, result, performance.now() - startedAt);
    },
  };
}
