import type { LogLevel, LogLine } from '../log.ts';

/** W3C trace context as the host hands it to an invocation. */
export interface TraceContext {
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
}

/** The trace of one message, from the start of its handling to its end. */
export interface MessageTrace {
  /** Takes over what the line that tells the message's outcome says. */
  outcome(line: LogLine): void;
  /** Without an outcome before it, the message counts as failed. */
  end(): void;
}

export interface CorCallStart {
  readonly operation: 'attach' | 'detach' | 'createWorkspace' | 'token';
  readonly method: 'POST' | 'PUT';
  /** `https://integrations.projectcor.com` */
  readonly origin: string;
  /** `/v2/integrations/users/{userId}/attach`: no id, no query. */
  readonly pathTemplate: string;
  readonly correlationId?: string | undefined;
  /** Messages that the call is made for. The first is its parent, the others are linked. */
  readonly traces?: readonly MessageTrace[] | undefined;
}

export interface CorCallEnd {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  readonly code?: string;
  readonly failureClass?: string;
  readonly requestId?: string;
}

export interface CorCallTrace {
  /** Value of the header `traceparent` for the request. */
  readonly traceParent?: string;
  end(result: CorCallEnd): void;
}

/** Where the connector reports what it does. Cheap calls that never throw and never wait. */
export interface Telemetry {
  message(parent: TraceContext | undefined): MessageTrace;
  corCall(start: CorCallStart): CorCallTrace;
  /** False when it goes nowhere: then the line has to get to the host by another way. */
  log(level: LogLevel, text: string, message?: MessageTrace): boolean;
}

const NO_MESSAGE_TRACE: MessageTrace = { outcome() {}, end() {} };
const NO_CALL_TRACE: CorCallTrace = { end() {} };

export const NO_TELEMETRY: Telemetry = {
  message: () => NO_MESSAGE_TRACE,
  corCall: () => NO_CALL_TRACE,
  log: () => false,
};
