import type { Tracer } from '@opentelemetry/api';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { LogLine } from '../log.ts';
import type { Metrics } from './metrics.ts';
import type { MessageTrace, TraceContext } from './telemetry.ts';
import { parentContext } from './trace-parent.ts';

/**
 * What the span takes over from the outcome's log line, under the same names, so that queries read both
 * alike. No text, no name.
 */
const FIELDS = [
  'outcome',
  'deadLetterReason',
  'skipReason',
  'errorCode',
  'errorClass',
  'dependency',
  'httpStatus',
  'correlationId',
  'requestId',
  'operationId',
  'entity',
  'recordId',
  'operation',
  'messageId',
  'deliveryCount',
  'attempt',
  'replayed',
  'queueLagMs',
  'coalesced',
  'corCalls',
] as const satisfies readonly (keyof LogLine)[];

function attributesOf(line: LogLine): Attributes {
  const attributes: Attributes = {};
  for (const field of FIELDS) {
    const value = line[field];
    if (value !== undefined) attributes[field] = value;
  }
  return attributes;
}

export class MessageSpan implements MessageTrace {
  readonly #span: Span;
  readonly #metrics: Metrics;
  #told = false;
  /** For what happens within the span. */
  readonly context: Context;

  constructor(span: Span, metrics: Metrics) {
    this.#span = span;
    this.#metrics = metrics;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  get spanContext() {
    return this.#span.spanContext();
  }

  outcome(line: LogLine): void {
    this.#told = true;
    this.#span.setAttributes(attributesOf(line));
    if (line.outcome === 'deadlettered' || line.outcome === 'abandoned')
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#metrics.outcome(line);
  }

  end(): void {
    if (!this.#told) this.outcome({ evt: 'message.abandoned', outcome: 'abandoned' });
    this.#span.end();
  }
}

/**
 * INTERNAL, although a message is consumed: the host writes a request for the invocation already, and a
 * CONSUMER span would be a second one that doubles every count. It stands under that request as a dependency
 * of the type InProc.
 */
export function startMessageSpan(
  tracer: Tracer,
  metrics: Metrics,
  parent: TraceContext | undefined,
): MessageSpan {
  const span = tracer.startSpan('process message', { kind: SpanKind.INTERNAL }, parentContext(parent));
  return new MessageSpan(span, metrics);
}
