import type { LogLevel } from './core-types.ts';

/**
 * How an invocation ended. `leftLocked`: the handler returned, nothing settled the message and
 * autoCompleteMessages is off. `lockLost`: the lock had ended before the host could settle. `succeeded` and
 * `failed` are for HTTP functions.
 */
export type InvocationOutcome =
  | 'completed'
  | 'abandoned'
  | 'deadLettered'
  | 'deferred'
  | 'leftLocked'
  | 'lockLost'
  | 'settlementFailed'
  | 'succeeded'
  | 'failed';

export interface InvocationEvent {
  readonly functionName: string;
  readonly invocationId: string;
  readonly outcome: InvocationOutcome;
  readonly durationMs: number;
  readonly messageId?: string;
  readonly sequenceNumber?: number;
  /** 1 for the first delivery. */
  readonly deliveryCount?: number;
  /** The span that the host handed to the invocation. */
  readonly traceParent: string;
  /** What the handler threw. */
  readonly error?: string;
}

/** `functionName` is empty for what the host or the app logs outside an invocation. */
export type LogListener = (level: LogLevel, functionName: string, message: string) => void;
