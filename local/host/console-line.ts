import type { LogLevel } from './core-types.ts';

/** The category of what an app writes to its console. */
export const CONSOLE_CATEGORY = 'Host.Function.Console';

/**
 * The level that the host guesses for a line of stderr, from the words in it; stdout is always information.
 * Source: WorkerProcess.cs, ParseErrorMessageAndLog (Azure/azure-functions-host).
 */
export function errorLineLevel(line: string): LogLevel {
  if (/warn/i.test(line)) return 'warning';
  return /error|fail|severe|unhandled exception/i.test(line) ? 'error' : 'information';
}
