import type { FunctionMetadata, LogLevel } from './core-types.ts';
import type { InvocationEvent } from './host-events.ts';
import type { Capabilities } from './load-app.ts';
import type { SettlementFault } from './settlement-server.ts';
import type { CommandLineForm } from './worker-command-line.ts';

/**
 * What a host process is told, as JSON in the environment variable LOCAL_HOST_OPTIONS. Settings are its
 * environment.
 */
export interface HostProcessOptions {
  readonly appDirectory?: string;
  readonly functionsKey?: string;
  readonly httpPort?: number;
  readonly commandLine?: CommandLineForm;
  /** Send `invocation` messages. Off by default: they cost time on both sides. */
  readonly reportInvocations?: boolean;
}

export type MessageToParent =
  | {
      readonly type: 'ready';
      readonly httpUrl: string;
      readonly functionsKey: string;
      readonly functions: readonly FunctionMetadata[];
      readonly capabilities: Capabilities;
    }
  | { readonly type: 'failed'; readonly error: string }
  /** A worker was started: who kills the host kills this first. */
  | { readonly type: 'worker'; readonly pid: number }
  /** Sent in bundles, a few milliseconds late. */
  | { readonly type: 'invocations'; readonly events: readonly InvocationEvent[] }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly functionName: string;
      readonly message: string;
    }
  /** Answers the command with this id; an `error` says why it was not done. */
  | { readonly type: 'done'; readonly id: number; readonly error?: string }
  | { readonly type: 'stopped' };

export type MessageToHost =
  | {
      readonly type: 'failSettlements';
      readonly id: number;
      readonly fault: SettlementFault;
      readonly times: number;
    }
  | { readonly type: 'drain'; readonly id: number }
  | { readonly type: 'stop'; readonly drainMs?: number };
