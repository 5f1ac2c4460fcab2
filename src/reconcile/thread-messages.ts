import type { LogLevel, LogLine } from '../log.ts';

/** What the thread of a run is started with. Its settings are those of the process. */
export interface ThreadData {
  /** Every user's whole state is told to COR again. */
  readonly verify: boolean;
}

export type ToThread = 'stop';

/** The line that tells the run. */
export interface FromThread {
  readonly level: LogLevel;
  readonly line: LogLine;
}
