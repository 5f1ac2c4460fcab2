/** What a failed call to Service Bus means for the work at hand. */
export interface ServiceBusFailure {
  /** `lockLost`: the message will come again. `message`: this one only. `all`: no other would fare better. */
  readonly concerns: 'lockLost' | 'message' | 'all';
  /** For an operator. The SDK's own text is left out: nobody promises what it quotes. */
  readonly text: string;
}

const OF_ALL: Readonly<Record<string, string>> = {
  MessagingEntityNotFound: 'The namespace has no such queue, topic or subscription.',
  MessagingEntityDisabled: 'The queue is disabled.',
  UnauthorizedAccess:
    'The namespace refused the credentials: Listen and Send rights on the queue are needed.',
  QuotaExceeded: 'The queue is full.',
  ServiceBusy: 'The namespace is too busy; try again in a minute.',
  ServiceTimeout: 'The namespace did not answer in time.',
  ServiceCommunicationProblem: 'The connection to the namespace was lost or cannot be made.',
  CredentialUnavailableError: 'No Azure login was found: run "az login", or use a connection string.',
  AggregateAuthenticationError: 'No Azure login was found: run "az login", or use a connection string.',
  AuthenticationRequiredError: 'No Azure login was found: run "az login", or use a connection string.',
};

const OF_MESSAGE: Readonly<Record<string, string>> = {
  MessageSizeExceeded: 'The copy is larger than the queue takes.',
};

/** Reads an error of `@azure/service-bus` 7.9. Its exhausted retries arrive as a plain AggregateError: the last one counts. */
export function serviceBusFailure(error: unknown): ServiceBusFailure {
  if (error instanceof AggregateError && error.errors.length > 0)
    return serviceBusFailure(error.errors.at(-1));
  const { code, name, retryable } = (error ?? {}) as { code?: unknown; name?: unknown; retryable?: unknown };
  const known = [code, name].find(
    (word) => typeof word === 'string' && (word in OF_ALL || word in OF_MESSAGE),
  );
  if (code === 'MessageLockLost') return { concerns: 'lockLost', text: 'The lock on the message was lost.' };
  if (typeof known === 'string' && known in OF_ALL) return { concerns: 'all', text: OF_ALL[known] ?? known };
  const text = (typeof known === 'string' && OF_MESSAGE[known]) || `Failed with ${String(code ?? name)}.`;
  return { concerns: retryable === true ? 'all' : 'message', text };
}
