import type { FunctionMetadata } from './core-types.ts';
import type { InvocationEvent, LogListener } from './host-events.ts';
import type { Capabilities } from './load-app.ts';
import type { SettlementFault } from './settlement-server.ts';
import type { CommandLineForm } from './worker-command-line.ts';
import type { WorkerEnd } from './worker-process.ts';

export interface HostOptions {
  /** Folder of the built app: package.json and host.json. Default: the current directory. */
  readonly appDirectory?: string;
  /** App settings, put into `process.env`; the worker inherits it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the setting LOCAL_FUNCTIONS_KEY, else random. */
  readonly functionsKey?: string;
  /** Default: any free port. */
  readonly httpPort?: number;
  /** Which arguments tell the worker its gRPC address. Default: both forms, as the real host gives them. */
  readonly commandLine?: CommandLineForm;
  onInvocation?(event: InvocationEvent): void;
  /** Lines that host.json lets through. */
  readonly onLog?: LogListener;
  /** A worker was started; another one takes its place after a time-out. */
  onWorker?(pid: number): void;
  /** The worker ended by itself after the start. The host is of no more use. */
  onWorkerEnd?(end: WorkerEnd): void;
}

export interface Host {
  readonly httpUrl: string;
  readonly functionsKey: string;
  readonly functions: readonly FunctionMetadata[];
  readonly capabilities: Capabilities;
  /** Makes the next `times` calls to the settlement service fail. */
  failSettlements(fault: SettlementFault, times: number): void;
  /** Stops receiving messages and waits for the running invocations. HTTP functions go on. */
  drain(): Promise<void>;
  /** Drains for at most `drainMs` (default: not at all), has the worker terminate, then closes everything. */
  stop(drainMs?: number): Promise<void>;
}
