/**
 * Why a run ended without changing anything. `partial`: not everything was read, so nothing can be told of
 * what is missing.
 * `otherOrganization`: what is read is not the environment that the ledger belongs to.
 * `sharedLedger`: it holds rows of another table too. `busy`: another run is under way. `stopped`: the app
 * or the person ended it.
 */
export type RunErrorCode = 'partial' | 'otherOrganization' | 'sharedLedger' | 'busy' | 'stopped';

/** The message is for an operator and holds no ids of users. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: RunErrorCode;

  constructor(code: RunErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new RunError('stopped', 'The run was stopped before its end. Start it again: it begins anew.');
}
