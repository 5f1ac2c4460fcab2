import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import { storageFailure } from '../../src/ledger/storage-failure.ts';
import { serviceBusFailure } from '../../src/messaging/service-bus-failure.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** Why a command ended before its end, for the person, and its exit code. */
export interface Explained {
  readonly text: string;
  readonly code: ExitCode;
}

/** Errors whose own message is for the person, and what they mean. */
const OWN: ReadonlyMap<string, ExitCode> = new Map([
  ['UsageError', EXIT.wrongUse],
  ['SettingsError', EXIT.wrongUse],
  ['MappingError', EXIT.wrongUse],
  ['RunError', EXIT.cannotReach],
  ['DamagedDocumentError', EXIT.differs],
  ['RegistrationError', EXIT.differs],
  ['LedgerUnreadableError', EXIT.differs],
]);

/**
 * What `@azure/service-bus` and `@azure/identity` throw; an AggregateError is what is left of exhausted
 * retries.
 */
const OF_SERVICE_BUS =
  /^(ServiceBusError|MessagingError|AggregateError|CredentialUnavailableError|AggregateAuthenticationError|AuthenticationError)$/;

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that there',
  EPERM: 'this user may not do that there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'there is no such file or folder',
  EEXIST: 'it is there already, and nothing is written over',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'it is a link, and links are not followed',
};

function explainFile({ path, code = '' }: NodeJS.ErrnoException): Explained {
  return { text: `${path}: ${FILE_PROBLEMS[code] ?? code}.`, code: EXIT.differs };
}

/** The SDKs' own texts repeat URLs and headers, which may hold secrets: these say what to do instead. */
export function explain(error: unknown): Explained {
  if (!(error instanceof Error)) return { text: String(error), code: EXIT.differs };
  const { code, statusCode, syscall, path } = error as NodeJS.ErrnoException & {
    statusCode?: unknown;
  };
  const own = OWN.get(error.name);
  if (own !== undefined) return { text: error.message, code: own };
  if (error instanceof DataverseError) {
    const away = error.failure.class === 'auth' || error.failure.class === 'transient';
    return { text: error.message, code: away ? EXIT.cannotReach : EXIT.differs };
  }
  if (error.name === 'RestError' || statusCode !== undefined || code === 'REQUEST_SEND_ERROR')
    return { text: storageFailure(error, () => {}).description, code: EXIT.cannotReach };
  if (typeof path === 'string' && typeof code === 'string') return explainFile(error);
  if (OF_SERVICE_BUS.test(error.name) || code === 'ServiceTimeout' || syscall === 'connect') {
    const { text, concerns } = serviceBusFailure(error);
    return { text, code: concerns === 'all' ? EXIT.cannotReach : EXIT.differs };
  }
  return { text: error.message, code: EXIT.differs };
}
