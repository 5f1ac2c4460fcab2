import { AmqpError } from './amqp-error.ts';

export function lockLostError(): AmqpError {
  return new AmqpError(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}

export function notAllowedInDeadLetterQueueError(): AmqpError {
  return new AmqpError(
    'amqp:not-allowed',
    'A message of a dead-letter queue cannot be dead-lettered; its lock was released.',
  );
}

export function messageNotFoundError(): AmqpError {
  return new AmqpError(
    'com.microsoft:message-not-found',
    'Failed to find one or more of the specified messages.',
  );
}
