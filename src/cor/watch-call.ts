import type { Exchange } from '../http/exchange.ts';
import type { Secrets } from '../http/redact.ts';
import { type CorCallStart, type CorCallTrace, NO_TELEMETRY } from '../telemetry/telemetry.ts';
import { readRequestId } from './answer.ts';
import type { CallContext, CorFailure } from './cor-client.ts';

/** One HTTP request as it ended: for logs and metrics, so it holds neither ids nor texts of a reply. */
export interface CorCallEvent {
  readonly method: 'POST' | 'PUT';
  /** `/v2/integrations/users/{userId}/attach`; for a token request the path of the token URL. */
  readonly pathTemplate: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  readonly code?: string;
  readonly durationMs: number;
  readonly requestId?: string;
  /** Of the message that the call is made for. */
  readonly correlationId?: string;
  readonly failureClass?: CorFailure['class'];
}

export interface CallObservers {
  readonly onCall?: ((event: CorCallEvent) => void) | undefined;
  /** Starts the trace of one HTTP request. Default: none. */
  readonly startTrace?: ((start: CorCallStart) => CorCallTrace) | undefined;
}

interface WatchedCall {
  /** For the header `traceparent`; absent where the request is not traced. */
  readonly traceParent: string | undefined;
  end(result: Exchange, failure: CorFailure | undefined, secrets: Secrets): void;
}

/** Watches one HTTP request from here to its end: traced, and told to `onCall`. */
export function watchCall(
  { onCall, startTrace = NO_TELEMETRY.corCall }: CallObservers,
  request: Pick<CorCallStart, 'operation' | 'method' | 'origin' | 'pathTemplate'>,
  { correlationId, traces }: CallContext = {},
): WatchedCall {
  const { operation, method, origin, pathTemplate } = request;
  const startedAt = performance.now();
  const trace = startTrace({ operation, method, origin, pathTemplate, correlationId, traces });
  return {
    traceParent: trace.traceParent,
    end(result: Exchange, failure: CorFailure | undefined, secrets: Secrets): void {
      const requestId = result.kind === 'response' ? readRequestId(result, secrets) : undefined;
      const event: CorCallEvent = {
        method,
        pathTemplate,
        durationMs: performance.now() - startedAt,
        ...(result.kind === 'response' ? { status: result.status } : {}),
        ...(failure?.code === undefined ? {} : { code: failure.code }),
        ...(failure === undefined ? {} : { failureClass: failure.class }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(correlationId === undefined ? {} : { correlationId }),
      };
      trace.end(event);
      try {
        onCall?.(event);
      } catch {
        // A broken observer must not turn an applied call into a failed one.
      }
    },
  };
}
