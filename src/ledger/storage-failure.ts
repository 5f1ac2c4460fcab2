import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { SettingsError } from '../settings.ts';
import { DamagedDocumentError } from './named-documents.ts';
import { LedgerUnreadableError } from './parse-document.ts';

const UNREADABLE = 'LedgerUnreadable';

/** The ledger could not be read or saved: not the message's fault, so it comes back later. */
export function storageFailure(error: unknown, log: Log, correlationId?: string): Failure {
  if (error instanceof LedgerUnreadableError) {
    log('error', {
      evt: 'ledger.unreadable',
      errorCode: UNREADABLE,
      ...(correlationId !== undefined && { correlationId }),
      reason: error.problem,
    });
    const description = `The ledger document of this user ${error.problem}`;
    return { service: 'storage', class: 'transient', code: UNREADABLE, description };
  }
  if (error instanceof SettingsError || error instanceof DamagedDocumentError)
    return { service: 'storage', class: 'transient', code: error.name, description: error.message };
  const { code, statusCode, name } = (error ?? {}) as {
    code?: unknown;
    statusCode?: unknown;
    name?: unknown;
  };
  const known = [code, name].find((value) => typeof value === 'string' && value !== '') as string | undefined;
  return {
    service: 'storage',
    class: 'transient',
    code: known ?? 'StorageError',
    ...(typeof statusCode === 'number' && { status: statusCode }),
    // The SDK's own text repeats URLs and headers; the code says what an operator needs.
    description: `The ledger storage answered ${known ?? 'with an error'}. Check the storage account, its network rules and the app's role on it.`,
  };
}
