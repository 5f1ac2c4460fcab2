import { SettingsError } from '../settings.ts';

/** What a failed call to Service Bus means for the work at hand. */
export interface ServiceBusFailure {
  /**
   * `lockLost`: the message will come again. `message`: this one only; `size`: because it is too large.
   * `all`: no other would fare better.
   */
  readonly concerns: 'lockLost' | 'message' | 'size' | 'all';
  /** For an operator. The SDK's own text is left out: nobody promises what it quotes. */
  readonly text: string;
}

const NO_LOGIN = 'No Azure login was found: run "az login", or use a connection string.';
const UNREACHABLE = 'The namespace cannot be reached.';

/** By the error's code, or its name where it has none. */
const OF_ALL: ReadonlyMap<unknown, string> = new Map([
  ['MessagingEntityNotFound', 'The namespace has no such queue, topic or subscription.'],
  ['MessagingEntityDisabled', 'The queue is disabled.'],
  [
    'UnauthorizedAccess',
    'The namespace refused the credentials: Listen and Send rights on the queue are needed.',
  ],
  ['QuotaExceeded', 'The queue is full.'],
  ['ServiceBusy', 'The namespace is too busy: try again in a minute.'],
  ['ServiceTimeout', 'The namespace did not answer in time.'],
  ['ServiceCommunicationProblem', UNREACHABLE],
  ['CredentialUnavailableError', NO_LOGIN],
  ['AggregateAuthenticationError', NO_LOGIN],
]);

/** Node's words for a network that does not work; the SDK hides them in the text of a `GeneralError`. */
const NETWORK = /\b(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)\b/;

/**
 * Reads an error of `@azure/service-bus` 7.9. Its exhausted retries arrive as a plain AggregateError: the
 * last one counts.
 */
export function serviceBusFailure(error: unknown): ServiceBusFailure {
  if (error instanceof AggregateError && error.errors.length > 0)
    return serviceBusFailure(error.errors.at(-1));
  if (error instanceof SettingsError) return { concerns: 'all', text: error.message };
  if (!(error instanceof Error))
    return { concerns: 'message', text: 'Failed with something that is no Error.' };
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  if (code === 'MessageLockLost') return { concerns: 'lockLost', text: 'The lock on the message was lost.' };
  if (code === 'MessageSizeExceeded')
    return { concerns: 'size', text: 'The copy is larger than the queue takes.' };
  const text =
    OF_ALL.get(code) ?? OF_ALL.get(error.name) ?? (NETWORK.test(error.message) ? UNREACHABLE : undefined);
  if (text !== undefined) return { concerns: 'all', text };
  return {
    concerns: retryable === true ? 'all' : 'message',
    text: `Failed with ${String(code ?? error.name)}.`,
  };
}
