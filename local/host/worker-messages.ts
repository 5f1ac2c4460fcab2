import type { FunctionMetadata, InvocationRequest, LogCategory, LogLevel } from './core-types.ts';
import type { InvocationResult } from './invocation.ts';
import type { Capabilities } from './load-app.ts';

/** What the host tells its worker, by Node's channel between processes; the real host does it by gRPC. */
export type MessageToWorker =
  | { readonly type: 'load'; readonly appDirectory: string; readonly argv: readonly string[] }
  | { readonly type: 'invoke'; readonly functionName: string; readonly request: InvocationRequest }
  /** WorkerTerminate: the hooks run at once, whatever is under way, and the worker ends. */
  | { readonly type: 'terminate' };

export interface LoadedApp {
  readonly functions: readonly FunctionMetadata[];
  readonly capabilities: Capabilities;
  /** The app failed before it had registered anything: it runs without functions. */
  readonly problem?: string;
}

export type MessageFromWorker =
  | ({ readonly type: 'loaded' } & LoadedApp)
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'result'; readonly invocationId: string; readonly result: InvocationResult }
  | {
      readonly type: 'log';
      /** Empty outside an invocation. */
      readonly functionName: string;
      readonly level: LogLevel;
      readonly category: LogCategory;
      readonly message: string;
    };
